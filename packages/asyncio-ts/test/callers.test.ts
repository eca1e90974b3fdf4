/**
 * The stacks of errors that public functions throw at once: they begin with the line that made the mistake.
 */
import * as asyncio from "asyncio-ts";
import { describe, expect, test } from "vitest";

const wrong = 5 as never;
const loop = asyncio.newEventLoop();
const future = new asyncio.Future({ loop });
const unentered = new asyncio.TaskGroup();

const calls: Record<string, () => unknown> = {
  abortable: () => asyncio.abortable(wrong),
  addDoneCallback: () => future.addDoneCallback(wrong),
  addSignalHandler: () => loop.addSignalHandler("SIGINT", wrong),
  callAt: () => loop.callAt("soon" as never, () => {}),
  "callAt, of nothing": () => loop.callAt(1, wrong),
  callLater: () => loop.callLater("soon" as never, () => {}),
  "callLater, of nothing": () => loop.callLater(1, wrong),
  callSoon: () => loop.callSoon(wrong),
  cancel: () => future.cancel(wrong),
  coroutine: () => asyncio.coroutine(wrong),
  ensureFuture: () => asyncio.ensureFuture(wrong),
  exception: () => future.exception(),
  "gather, of no list": () => asyncio.gather(wrong),
  "gather, of no waitables": () => asyncio.gather([wrong]),
  "gather, with wrong options": () => asyncio.gather([], wrong),
  "release of a semaphore": () => new asyncio.BoundedSemaphore().release(),
  "release of a lock": () => new asyncio.Lock().release(),
  reschedule: () => asyncio.timeout(1).reschedule("soon" as never),
  result: () => future.result(),
  shield: () => asyncio.shield(wrong),
  sleep: () => asyncio.sleep("soon" as never),
  "TaskGroup.cancel": () => unentered.cancel(),
  "TaskGroup.createTask": () => unentered.createTask(() => {}),
  "TaskGroup.with": () => unentered.with(wrong),
  timeout: () => asyncio.timeout("soon" as never),
  "Timeout.with": () => asyncio.timeout(1).with(wrong),
  timeoutAt: () => asyncio.timeoutAt("soon" as never),
  waitFor: () => asyncio.waitFor(asyncio.sleep(1), "soon" as never),
  "waitFor, of nothing": () => asyncio.waitFor(wrong, 1),
};

/** Returns the frames of the error that a call throws. */
function framesOf(call: () => unknown): string[] {
  try {
    call();
  } catch (error) {
    return ((error as Error).stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  }
  return [];
}

describe("the stack of a misuse begins with the caller:", () => {
  test.each(Object.entries(calls))("%s", (_, call) => {
    expect(framesOf(call)[0]).toContain("callers.test.ts");
  });

  test("createTask, of which one frame is left", () => {
    const frames = framesOf(() => asyncio.createTask(wrong));
    expect(frames.slice(0, 2)).toEqual([
      expect.stringContaining("createTask"),
      expect.stringContaining("callers.test.ts"),
    ]);
  });

  test("also through a subclass that calls the method of its base class", () => {
    class Sub extends asyncio.Future<void> {
      override cancel(message?: string): boolean {
        // Not `return super.cancel(message)`, which is a tail call in some engines.
        const isCancelled = super.cancel(message);
        return isCancelled;
      }
    }
    const [frame] = framesOf(() => new Sub({ loop }).cancel(wrong));
    expect(frame).toMatch(/\bcancel .*callers\.test\.ts/);
  });
});
