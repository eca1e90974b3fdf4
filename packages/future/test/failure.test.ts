import { CancelledError, Future } from "@asyncio-ts/future";
import { reportFailure } from "@asyncio-ts/future/internal";
import { describe, expect, test } from "vitest";
import { collectGarbage } from "@asyncio-ts/testkit/collect-garbage";
import { ManualScheduler } from "@asyncio-ts/testkit/manual-scheduler";

function failed(loop: ManualScheduler, error: unknown): Future<void> {
  const future = new Future<void>({ loop });
  future.setException(error);
  return future;
}

/** Does what a loop does when it closes, and returns what was reported. */
function close(loop: ManualScheduler): string[] {
  for (const failure of loop.failures) reportFailure(failure, loop);
  return loop.reports.map((report) => report.message);
}

const lost = "Future failed and nobody retrieved its error (await it, or call exception())";

describe("an error that nobody retrieves", () => {
  test("is reported once, with the error", () => {
    const loop = new ManualScheduler();
    const error = new RangeError("reason");
    failed(loop, error);
    close(loop);
    expect(close(loop)).toEqual([lost]);
    expect(loop.reports[0]?.exception).toBe(error);
  });

  test("is reported even if it is undefined", () => {
    const loop = new ManualScheduler();
    failed(loop, undefined);
    expect(close(loop)).toEqual([lost]);
    expect(loop.reports).toEqual([{ message: lost, exception: undefined }]);
  });

  test.each<[string, (future: Future<void>) => unknown]>([
    ["exception()", (future) => future.exception()],
    ["result()", (future) => expect(() => future.result()).toThrow("failed")],
    ["cancel()", (future) => future.cancel()],
    ["await", (future) => future.then(undefined, () => {})],
    ["catch()", (future) => future.catch(() => {})],
    ["finally() and catch()", (future) => future.finally(() => {}).catch(() => {})],
    ["yield*", (future) => expect(() => future[Symbol.iterator]().next()).toThrow("failed")],
    ["then().catch()", (future) => future.then(() => {}).catch(() => {})],
    ["then() that was asked for its promise later", (future) => future.then().then(undefined, () => {})],
  ])("is not one if it was retrieved by %s.", async (_, retrieve) => {
    const loop = new ManualScheduler();
    retrieve(failed(loop, new Error("failed")));
    await loop.settle();
    // Nothing is kept of it, so that a loop that runs for long does not grow.
    expect(loop.failures.size).toBe(0);
    expect(close(loop)).toEqual([]);
  });

  test.each<[string, (future: Future<void>) => unknown]>([
    ["done()", (future) => future.done()],
    ["a done callback", (future) => future.addDoneCallback(() => {})],
    ["then() without a handler for errors", (future) => future.then(() => {})],
    ["then() without handlers", (future) => future.then()],
    ["toString()", (future) => String(future)],
  ])("is still one after %s.", async (_, look) => {
    const loop = new ManualScheduler();
    look(failed(loop, new Error("failed")));
    await loop.settle();
    expect(close(loop)).toEqual([lost]);
  });

  test("has its stack read after the turns of its waiters, which nearly always retrieve it", () => {
    const loop = new ManualScheduler();
    const events: string[] = [];
    const error = Object.defineProperty(new Error("failed"), "stack", { get: () => events.push("stack") });
    const future = new Future<void>({ loop });
    future.addDoneCallback(() => void events.push("callback"));
    future.setException(error);
    loop.flush();
    expect(events).toEqual(["callback", "stack"]);
  });

  test("is not reported by a record of it that was kept until it was retrieved", () => {
    const loop = new ManualScheduler();
    const future = failed(loop, new Error("failed"));
    const [failure] = [...loop.failures];
    future.exception();
    reportFailure(failure!, loop);
    expect(loop.reports).toEqual([]);
  });

  test("has its stack read once, and not if it was retrieved", () => {
    const events: string[] = [];
    const watched = (name: string): object => ({
      get stack() {
        return events.push(name);
      },
    });
    const loop = new ManualScheduler();
    failed(loop, watched("unretrieved"));
    failed(loop, watched("retrieved")).exception();
    expect(events).toEqual([]);
    loop.flush();
    expect(events).toEqual(["unretrieved"]);
  });

  test.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    [
      "one whose stack throws when it is read",
      Object.defineProperty(new Error("failed"), "stack", {
        get: () => {
          throw new Error("in the getter");
        },
      }),
    ],
  ])("may be %s", (_, error) => {
    const loop = new ManualScheduler();
    failed(loop, error);
    expect(() => loop.flush()).not.toThrow();
    expect(close(loop)).toEqual([lost]);
  });

  test("is no such thing if it is a cancellation", () => {
    const loop = new ManualScheduler();
    failed(loop, new CancelledError());
    new Future<void>({ loop }).cancel();
    expect(close(loop)).toEqual([]);
  });

  test("is reported when the future is collected, and not once more when the loop closes", async () => {
    const loop = new ManualScheduler();
    failed(loop, new Error("failed"));
    for (let i = 0; i < 20 && loop.reports.length === 0; i++) {
      await collectGarbage();
    }
    expect(loop.reports.map((report) => report.message)).toEqual([lost]);
    expect(close(loop)).toEqual([lost]);
  });
});
