// A wait for a promise of the world outside, through ensureFuture (also gather, waitFor, shield, wait), is no deadlock.
import { ensureFuture, gather, run } from "@asyncio-ts/task";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { expect, it } from "vitest";

const later = (): Promise<number> => new Promise((resolve) => setTimeout(resolve, 30, 1));

it("an outside promise awaited through ensureFuture() is no deadlock on the virtual loop", async () => {
  expect(await run(async () => ensureFuture(later()), { loopFactory: virtualLoop })).toBe(1);
});

it("an outside promise in a gather() is no deadlock on the virtual loop", async () => {
  expect(await run(async () => gather([later()]), { loopFactory: virtualLoop })).toEqual([1]);
});

it("an outside promise awaited by a generator coroutine is no deadlock on the virtual loop", async () => {
  const main = function* () {
    return yield* ensureFuture(later());
  };
  expect(await run(main(), { loopFactory: virtualLoop })).toBe(1);
});
