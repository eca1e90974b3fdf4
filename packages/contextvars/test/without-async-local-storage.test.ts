/** Browsers have no AsyncLocalStorage. There the turn tells which task runs, and so whose variables there are. */
import { ContextVar } from "@asyncio-ts/contextvars";
import { slot } from "@asyncio-ts/future/internal";
import { ensureFuture, gather, sleep } from "@asyncio-ts/task";
import { allKinds, awaited, bothKinds } from "@asyncio-ts/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runRandomPrograms } from "./random-program.js";

const { storage } = slot;
beforeEach(() => {
  slot.storage = null;
});
afterEach(() => {
  slot.storage = storage;
});

const user = new ContextVar("user", { default: "nobody" });

describe.each(allKinds)("without AsyncLocalStorage, in %s", ({ body, runProgram }) => {
  test("a task sees its own variables at every step, and after a promise that ensureFuture follows", () =>
    runProgram(function* () {
      const worker = (name: string) =>
        body(function* () {
          for (let i = 0; i < 5; i++) {
            user.set(`${name}${i}`);
            yield* awaited(i % 3 === 2 ? ensureFuture(Promise.resolve()) : sleep(i % 3));
            expect(user.get()).toBe(`${name}${i}`);
          }
        });
      yield* awaited(gather(["a", "b", "c"].map(worker)));
      expect(user.get()).toBe("nobody");
    }));
});

test.each(bothKinds)("without AsyncLocalStorage, random programs of %s agree with the model", (kind) =>
  runRandomPrograms(kind, 20),
);
