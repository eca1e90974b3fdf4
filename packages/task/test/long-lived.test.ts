/**
 * Waits for a long-lived future leave next to nothing behind in it when they are cancelled, timed out or
 * given up.
 */
import { Future } from "@asyncio-ts/future";
import { arm, disarm, type Runnable } from "@asyncio-ts/future/lowlevel";
import {
  asCompleted,
  createTask,
  ensureFuture,
  gather,
  shield,
  sleep,
  timeout,
  wait,
  waitFor,
} from "@asyncio-ts/task";
import { describe, expect, test, vi } from "vitest";
import { nameOf, outcomeOf, runVirtual } from "@asyncio-ts/testkit";

/** A future that can tell how many reactions it holds. */
class Watched<T> extends Future<T> {
  readonly held: Set<Runnable> = new Set();

  override [arm](reaction: Runnable): void {
    this.held.add(reaction);
    super[arm](reaction);
  }

  override [disarm](reaction: Runnable): void {
    this.held.delete(reaction);
    super[disarm](reaction);
  }
}

const nothing = (): void => {};

async function failing(): Promise<never> {
  await sleep(1);
  throw new Error("another failed");
}

/** Each ends while the future goes on. */
const waits: readonly (readonly [string, (future: Future<string>) => PromiseLike<unknown>])[] = [
  ["a shield that times out", (future) => timeout(1).with(() => shield(future))],
  ["a shield that is cancelled", (future) => cancelled(async () => await shield(future))],
  ["a shield in waitFor() that times out", (future) => waitFor(shield(future), 1)],
  [
    "a shield in a gather that is cancelled",
    (future) => cancelled(async () => await gather([shield(future)])),
  ],
  ["a gather of which another fails", (future) => gather([future, failing()])],
  ["a wait() that times out", (future) => wait([future], { timeout: 1 })],
  ["a wait() that is cancelled", (future) => cancelled(() => wait([future]))],
  [
    "a wait() for the first",
    (future) => wait([future, ensureFuture(sleep(1))], { returnWhen: "FIRST_COMPLETED" }),
  ],
  ["asCompleted() that times out", (future) => each(future, { timeout: 1 })],
  ["asCompleted() in a timeout", (future) => timeout(1).with(() => each(future))],
  ["asCompleted() that is left", (future) => first(future)],
  ["plain iteration of asCompleted() in a timeout", (future) => timeout(1).with(() => eachResult(future))],
  ["plain iteration of asCompleted() that is left", (future) => firstResult(future)],
];

function cancelled(body: () => PromiseLike<unknown>): Promise<unknown> {
  const task = createTask(body);
  return sleep(1).then(() => {
    task.cancel();
    return task;
  });
}

async function each(future: Future<string>, options?: { readonly timeout: number }): Promise<void> {
  for await (const { task } of asCompleted([future], options)) void task;
}

async function first(future: Future<string>): Promise<void> {
  for await (const { task } of asCompleted([future, sleep(1)])) {
    void task;
    break;
  }
}

async function eachResult(future: Future<string>): Promise<void> {
  for (const next of asCompleted([future])) await next;
}

async function firstResult(future: Future<string>): Promise<void> {
  for (const next of asCompleted([sleep(1), future])) {
    await next;
    break;
  }
}

describe("a future that lives on holds at most one reaction after", () => {
  test.each(waits)("%s, twenty times over", async (_, start) => {
    await runVirtual(async () => {
      const future = new Watched<string>();
      for (let time = 0; time < 20; time++) await start(future).then(nothing, nothing);
      expect([future.done(), future.awaitedBy()]).toEqual([false, []]);
      expect(future.held.size).toBeLessThanOrEqual(1);
    });
  });

  test.each(waits)("%s, and still gives who waits then its result", async (_, start) => {
    await runVirtual(async () => {
      const future = new Watched<string>();
      await start(future).then(nothing, nothing);
      const waiting = shield(future);
      future.setResult("late");
      expect(await waiting).toBe("late");
    });
  });
});

describe("an error of a future whose shields were cancelled is reported", () => {
  const shieldsOf = async (future: Future<unknown>, count: number): Promise<void> => {
    for (let time = 0; time < count; time++) await waitFor(shield(future), 1).catch(nothing);
  };

  test("once, after those who still wait for it have been told", async () => {
    const events: string[] = [];
    const { reports } = await outcomeOf(async () => {
      const inner = new Future<void>();
      await shieldsOf(inner, 3);
      const waiting = createTask(async () => {
        await inner.catch((error: unknown) => events.push(nameOf(error)));
      });
      await sleep(1);
      await shieldsOf(inner, 3);
      inner.setException(new Error("inner failed"));
      await waiting;
    });
    expect(events).toEqual(["Error: inner failed"]);
    expect(reports.map((report) => nameOf(report.exception))).toEqual(["Error: inner failed"]);
  });

  test("not if it ends well, or is cancelled", async () => {
    const { reports } = await outcomeOf(async () => {
      const futures = [new Future<void>(), new Future<void>()];
      for (const inner of futures) await shieldsOf(inner, 2);
      futures[0]?.setResult();
      futures[1]?.cancel();
      await sleep(1);
    });
    expect(reports).toEqual([]);
  });
});

test("an error that a gather has left is not reported: it has ended with another", async () => {
  const { reports } = await outcomeOf(async () => {
    const future = new Future<void>();
    for (let time = 0; time < 3; time++) await gather([future, failing()]).catch(nothing);
    future.setException(new Error("too late"));
    await sleep(1);
  });
  expect(reports).toEqual([]);
});

test("asCompleted() goes on where it was left, with what has finished in between", async () => {
  await runVirtual(async () => {
    const seen: string[] = [];
    const after = (delay: number, name: string) => createTask(() => sleep(delay, name));
    const all = asCompleted([after(1, "a"), after(2, "b"), after(9, "c"), after(3, "d")]);
    for await (const { task } of all) {
      seen.push(task.result());
      break;
    }
    await sleep(5);
    for await (const { task } of all) seen.push(task.result());
    expect(seen).toEqual(["a", "b", "d", "c"]);
  });
});

test("asCompleted() gives one that finishes in the turn in which it is left once", async () => {
  await runVirtual(async () => {
    const [one, two] = [new Future<string>(), new Future<string>()];
    const all = asCompleted([one, two]);
    const seen: string[] = [];
    one.setResult("one");
    for await (const { task } of all) {
      seen.push(task.result());
      two.setResult("two");
      break;
    }
    for await (const { task } of all) seen.push(task.result());
    expect(seen).toEqual(["one", "two"]);
  });
});

describe("a promise that lives on", () => {
  test("is asked once, however many waits for it time out", async () => {
    await runVirtual(async () => {
      // A native promise tells nobody how many reactions it has; how often it is asked for its class, it
      // does.
      const promise = new Promise<never>(nothing);
      let asked = 0;
      Object.defineProperty(promise, "constructor", { get: () => ((asked += 1), Promise) });
      await waitFor(ensureFuture(promise), 1).catch(nothing);
      const once = asked;
      for (let time = 0; time < 20; time++) await waitFor(ensureFuture(promise), 1).catch(nothing);
      expect([once > 0, asked]).toEqual([true, once]);
    });
  });

  test("does not hold a future that was cancelled, so it has nothing to tell it", async () => {
    await runVirtual(async () => {
      let resolve!: (value: string) => void;
      const promise = new Promise<string>((resolved) => (resolve = resolved));
      const futures = [ensureFuture(promise), ensureFuture(promise)] as const;
      futures[0].cancel();
      const asked = futures.map((future) => vi.spyOn(future, "done"));
      resolve("value");
      await promise;
      expect(asked.map(({ mock }) => mock.calls.length)).toEqual([0, 1]);
    });
  });

  test("gives all who follow it its result, those that came after it was settled too", async () => {
    await runVirtual(async () => {
      let resolve!: (value: string) => void;
      const promise = new Promise<string>((resolved) => (resolve = resolved));
      const before = [ensureFuture(promise), ensureFuture(promise), ensureFuture(promise)];
      before[1]?.cancel();
      resolve("value");
      const results = await gather([...before, ensureFuture(promise)], { returnExceptions: true });
      expect(results.map(nameOf)).toEqual(["value", "cancelled", "value", "value"]);
      expect(await ensureFuture(promise)).toBe("value");
    });
  });
});
