/** A program of generator coroutines alone, which has no storage until it asks for a signal in a scope. */
import { slot } from "@asyncio-ts/future/internal";
import { getRunningLoop } from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { currentSignal, run, sleep, timeout } from "@asyncio-ts/task";
import { expect, test } from "vitest";

test("the signal of a scope is known to the async functions that the program calls, from the first one on", async () => {
  const events: string[] = [];
  let hadStorage: boolean | undefined;
  const note = (name: string): void => {
    currentSignal().addEventListener("abort", () => events.push(`${name} at ${getRunningLoop().time()}`));
  };
  await run(
    function* () {
      hadStorage = slot.storage !== undefined;
      note("task");
      const inner = timeout(10).with(async () => {
        note("inner");
        await Promise.resolve();
        note("inner, after a native promise,");
        await sleep(1000);
      });
      try {
        yield* timeout(20).with(function* () {
          note("outer");
          try {
            yield* inner;
          } catch {}
          yield* sleep(1000);
        });
      } catch {}
    },
    { loopFactory: virtualLoop },
  );
  expect(hadStorage).toBe(false);
  expect(events).toEqual(["inner at 10", "inner, after a native promise, at 10", "outer at 20"]);
});
