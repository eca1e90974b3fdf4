import { AsyncLocalStorage } from "node:async_hooks";
import type { contract } from "@asyncio-ts/future/internal";
import { fakeLoop } from "@asyncio-ts/testkit/hosts";
import { describe, expect, test } from "vitest";
import { reportsOf } from "./reports-of.js";

function failure(source: string): contract.Failure {
  return { error: new Error(source), source, retrieved: false };
}

/** A loop, what it reports, and the sources of the failures that it has reported so far. */
function watched(): ReturnType<typeof fakeLoop> & { sources: () => string[] } {
  const fake = fakeLoop();
  const reports = reportsOf(fake.loop);
  return { ...fake, sources: () => reports.map(({ message }) => message.split(" failed")[0] as string) };
}

describe("a failure that is watched", () => {
  test("is reported once, after a second", () => {
    const { scheduler, host, loop } = watched();
    const reports = reportsOf(loop);
    const one = failure("Task 'one'");
    scheduler.watchFailure(one);
    host.advance(999);
    expect(reports).toEqual([]);
    host.advance(1);
    expect(reports).toEqual([
      {
        message:
          "Task 'one' failed and nobody has retrieved its error for 1 s (await it, or call exception())",
        exception: one.error,
      },
    ]);
    host.advance(10_000);
    expect([reports.length, host.laters.length]).toEqual([1, 0]);
  });

  test("is not reported if it is retrieved by then", () => {
    const { scheduler, host, sources } = watched();
    const one = failure("one");
    scheduler.watchFailure(one);
    host.advance(999);
    one.retrieved = true;
    host.advance(10_000);
    expect(sources()).toEqual([]);
  });

  test("is reported at its own time if there are several, for which the host is asked once at a time", () => {
    const { scheduler, host, sources } = watched();
    const all = ["a", "b", "c", "d"].map(failure);
    for (const one of all) {
      scheduler.watchFailure(one);
      host.advance(300);
    }
    expect(host.laters.length).toBe(1);
    (all[1] as contract.Failure).retrieved = true;
    const seen: string[][] = [];
    for (let i = 0; i < 3; i++) {
      seen.push(sources());
      expect(host.laters.length).toBe(i < 2 ? 1 : 0);
      host.advance(i === 0 ? 400 : 300);
    }
    expect(seen).toEqual([["a"], ["a", "c"], ["a", "c", "d"]]);
  });

  test("is reported outside the context in which the task failed", () => {
    const { scheduler, host, loop } = watched();
    const store = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const { later } = host;
    host.later = (delay, callback) => {
      // A runtime's timer keeps the context that it is set in.
      const inContext = AsyncLocalStorage.bind(callback);
      later.call(host, delay, inContext);
    };
    loop.setExceptionHandler(() => seen.push(store.getStore()));
    store.run("the task's", () => scheduler.watchFailure(failure("one")));
    host.advance(1000);
    expect(seen).toEqual([undefined]);
  });

  test("may be one of a host that can't call back later", () => {
    const { scheduler, host, sources } = watched();
    Object.defineProperty(host, "later", { value: undefined });
    scheduler.watchFailure(failure("one"));
    host.advance(10_000);
    expect(sources()).toEqual([]);
    // Nothing is kept, so that the collector can tell that nobody will retrieve the error.
    expect(Reflect.get(scheduler, "overdue")).toBeUndefined();
  });
});
