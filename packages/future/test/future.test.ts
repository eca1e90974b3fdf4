import {
  CancelledError,
  Future,
  type FutureOptions,
  InvalidStateError,
  isCancelled,
  isFuture,
  type Steps,
} from "@asyncio-ts/future";
import { loopParts, slot } from "@asyncio-ts/future/internal";
import {
  arm,
  bringsCancellation,
  disarm,
  failureReason,
  hasFailed,
  isBeingCancelled,
  type Runnable,
  waitsOutside,
  wakeReason,
} from "@asyncio-ts/future/lowlevel";
import { inspect } from "node:util";
import { afterEach, describe, expect, expectTypeOf, test } from "vitest";
import { ManualScheduler, microtasks } from "@asyncio-ts/testkit/manual-scheduler";

function pending<T = number>(): { loop: ManualScheduler; future: Future<T> } {
  const loop = new ManualScheduler();
  return { loop, future: new Future<T>({ loop }) };
}

describe("the states of a future", () => {
  test("it is pending at first, and has neither result nor error", () => {
    const { future } = pending();
    expect([future.done(), future.cancelled(), String(future)]).toEqual([false, false, "<Future pending>"]);
    expect(() => future.result()).toThrow(
      new InvalidStateError("result() was called on <Future pending>; await it first, or check done()"),
    );
    expect(() => future.exception()).toThrow(
      new InvalidStateError("exception() was called on <Future pending>; await it first, or check done()"),
    );
  });

  test("it finishes with a value", () => {
    const { future } = pending();
    future.setResult(7);
    expect([future.done(), future.cancelled(), future.result(), future.exception()]).toEqual([
      true,
      false,
      7,
      undefined,
    ]);
    expect(String(future)).toBe("<Future finished>");
  });

  test("it fails with an error, which result() throws and exception() gives", () => {
    const { future } = pending();
    const error = new RangeError("failed");
    future.setException(error);
    expect([future.done(), future.cancelled(), future.exception()]).toEqual([true, false, error]);
    expect(() => future.result()).toThrow(error);
    expect(String(future)).toBe("<Future failed>");
  });

  test("it can fail with anything that can be thrown", () => {
    for (const thrown of [undefined, null, "text", 0]) {
      const { future } = pending();
      future.setException(thrown);
      expect(future.done()).toBe(true);
      expect(future.exception()).toBe(thrown);
      let caught: unknown = "nothing";
      try {
        future.result();
      } catch (error) {
        caught = error;
      }
      expect(caught).toBe(thrown);
    }
  });

  test("it is cancelled, and result() and exception() throw one CancelledError with the message", () => {
    const { future } = pending();
    expect(future.cancel("no longer needed")).toBe(true);
    expect([future.done(), future.cancelled(), String(future)]).toEqual([true, true, "<Future cancelled>"]);
    expect(() => future.result()).toThrow(new CancelledError("no longer needed"));
    expect(() => future.exception()).toThrow(new CancelledError("no longer needed"));
  });

  test("a CancelledError set as its error is a failure, not a cancellation, as in asyncio", () => {
    const { future } = pending();
    const error = new CancelledError();
    future.setException(error);
    expect([future.cancelled(), future.exception()]).toEqual([false, error]);
  });

  test.each<[string, (future: Future<number>) => void, string]>([
    ["finished", (future) => future.setResult(1), "<Future finished>"],
    ["failed", (future) => future.setException(new CancelledError()), "<Future failed>"],
    ["cancelled", (future) => future.cancel(), "<Future cancelled>"],
  ])("once %s, it keeps its outcome, and a second one is an error that says what to do.", (_, end, name) => {
    const { future } = pending();
    end(future);
    const twice = `${name} has its outcome already; check done() before you set one`;
    expect(() => future.setResult(2)).toThrow(new InvalidStateError(twice));
    expect(() => future.setException(new Error("second"))).toThrow(new InvalidStateError(twice));
    expect(future.cancel()).toBe(false);
    expect(String(future)).toBe(name);
  });

  test("a second error that is refused is not reported as one that nobody retrieved", () => {
    const { loop, future } = pending();
    future.setResult(1);
    expect(() => future.setException(new Error("second"))).toThrow(InvalidStateError);
    expect(loop.failures.size).toBe(0);
  });
});

describe("done callbacks", () => {
  test("they are called in the order in which they were added, with the future, and never synchronously", () => {
    const { loop, future } = pending();
    const events: unknown[] = [];
    future.addDoneCallback((done) => events.push(["first", done === future]));
    future.addDoneCallback(() => events.push("second"));
    future.addDoneCallback(() => events.push("third"));
    future.setResult(1);
    events.push("set");
    loop.flush();
    expect(events).toEqual(["set", ["first", true], "second", "third"]);
  });

  test("one that is added to a future that is done is called in the next iteration", () => {
    const { loop, future } = pending();
    const events: string[] = [];
    future.setResult(1);
    future.addDoneCallback(() => events.push("called"));
    events.push("added");
    loop.flush();
    expect(events).toEqual(["added", "called"]);
  });

  test("one that was added twice is called twice, and removed twice", () => {
    const { loop, future } = pending();
    const events: string[] = [];
    const callback = (): void => void events.push("called");
    future.addDoneCallback(callback);
    future.addDoneCallback(callback);
    const other = pending();
    other.future.addDoneCallback(callback);
    other.future.addDoneCallback(() => events.push("stays"));
    other.future.addDoneCallback(callback);
    expect(other.future.removeDoneCallback(callback)).toBe(2);
    expect(other.future.removeDoneCallback(callback)).toBe(0);
    future.setResult(1);
    other.future.setResult(1);
    loop.flush();
    other.loop.flush();
    expect(events).toEqual(["called", "called", "stays"]);
  });

  test("removing one of a future without any does nothing", () => {
    const { future } = pending();
    expect(future.removeDoneCallback(() => {})).toBe(0);
  });

  test("an error in one is reported, and the others are called", () => {
    const { loop, future } = pending();
    const events: string[] = [];
    future.addDoneCallback(() => {
      throw new Error("in a callback");
    });
    future.addDoneCallback(() => events.push("next"));
    future.cancel();
    loop.flush();
    expect(events).toEqual(["next"]);
    expect(loop.reports.map((report) => [report.message, report.exception])).toEqual([
      [
        expect.stringMatching(/a done callback of <Future cancelled.*>,? threw an error/),
        new Error("in a callback"),
      ],
    ]);
    expect(loop.reports[0]?.future).toBe(future);
  });

  test("an error of an async one is reported too", async () => {
    const { loop, future } = pending();
    future.addDoneCallback(async () => {
      await undefined;
      throw new Error("in an async callback");
    });
    future.setResult(1);
    await loop.settle();
    expect(loop.reports.map((report) => report.exception)).toEqual([new Error("in an async callback")]);
  });

  test.each([
    ["a number", 5, "5"],
    ["nothing", undefined, "undefined"],
    ["an object", {}, "an object of class Object"],
  ])("%s is refused as one", (_, callback, name) => {
    const { future } = pending();
    expect(() => future.addDoneCallback(callback as unknown as () => void)).toThrow(
      new TypeError(`addDoneCallback() needs a function, got ${name}`),
    );
  });
});

describe("await", () => {
  test("it gives the value, throws the error, or throws the cancellation", async () => {
    const { loop, future } = pending();
    const failing = new Future<number>({ loop });
    const cancelled = new Future<number>({ loop });
    const error = new Error("failed");
    const caught: unknown[] = [];
    const waiting = Promise.all([
      (async () => caught.push(await future))(),
      (async () => failing.then(undefined, (reason: unknown) => caught.push(reason)))(),
      (async () => {
        try {
          await cancelled;
        } catch (reason) {
          caught.push(isCancelled(reason) && reason.message);
        }
      })(),
    ]);
    await microtasks();
    future.setResult(1);
    failing.setException(error);
    cancelled.cancel("stop");
    expect(caught).toEqual([]);
    await loop.settle();
    await waiting;
    expect(caught).toEqual([1, error, "stop"]);
  });

  test("many may await one future, and go on in the order in which they came, each in a turn of its own", async () => {
    const { loop, future } = pending();
    const events: string[] = [];
    const waiter = async (name: string): Promise<void> => {
      await future;
      events.push(`${name} in turn ${loop.turns}`);
      await undefined;
      events.push(`${name} still in turn ${loop.turns}`);
    };
    const waiters = ["a", "b", "c"].map(waiter);
    await microtasks();
    future.setResult(1);
    await loop.settle();
    await Promise.all(waiters);
    expect(events).toEqual([
      "a in turn 1",
      "a still in turn 1",
      "b in turn 2",
      "b still in turn 2",
      "c in turn 3",
      "c still in turn 3",
    ]);
  });

  test("a callback and a waiter come in the order in which they were added", async () => {
    const { loop, future } = pending();
    const events: string[] = [];
    future.addDoneCallback(() => events.push("callback"));
    const waiter = (async () => {
      await future;
      events.push("waiter");
    })();
    await microtasks();
    future.addDoneCallback(() => events.push("later callback"));
    future.setResult(1);
    await loop.settle();
    await waiter;
    expect(events).toEqual(["callback", "waiter", "later callback"]);
  });

  test("a future that is done is awaited without the scheduler", async () => {
    const { loop, future } = pending();
    future.setResult(5);
    expect(await future).toBe(5);
    expect(loop.turns).toBe(0);
  });

  test("a value that is itself awaitable is passed on as it is by result()", () => {
    const { future } = pending<Promise<number>>();
    const promise = Promise.resolve(1);
    future.setResult(promise);
    expect(future.result()).toBe(promise);
  });

  test("Promise.all, race, allSettled and any take futures", async () => {
    const { loop, future } = pending();
    const other = new Future<string>({ loop });
    const all = Promise.all([future, other]);
    const race = Promise.race([other, future]);
    const settled = Promise.allSettled([future, other]);
    const any = Promise.any([future, other]);
    const failure = all.catch((error: unknown) => (error as Error).message);
    await microtasks();
    future.setResult(1);
    other.setException(new Error("failed"));
    await loop.settle();
    expect(await failure).toBe("failed");
    expect(await race).toBe(1);
    expect((await settled).map((one) => one.status)).toEqual(["fulfilled", "rejected"]);
    expect(await any).toBe(1);
  });
});

describe("yield*", () => {
  test("of a future that is done gives the outcome at once", () => {
    const { future } = pending();
    future.setResult(3);
    expect(future[Symbol.iterator]().next()).toEqual({ done: true, value: 3 });
    const failing = pending().future;
    failing.setException(new Error("failed"));
    expect(() => failing[Symbol.iterator]().next()).toThrow("failed");
  });

  test("taken for a list, a future that is pending is an error, and no endless one", () => {
    const { future } = pending();
    expect(() => [...future]).toThrow();
    expect(() => new Set(future)).toThrow();
    expect(() => {
      for (const _ of future);
    }).toThrow();
  });

  test("its type is that of the value", () => {
    function* body(future: Future<string>): Steps<number> {
      const value = yield* future;
      expectTypeOf(value).toEqualTypeOf<string>();
      return value.length;
    }
    expectTypeOf(body).returns.toEqualTypeOf<Steps<number>>();
  });
});

describe("a future of no loop", () => {
  test("outside of every loop, callbacks come soon, in order, and never synchronously", async () => {
    const future = new Future<number>();
    const events: string[] = [];
    future.addDoneCallback(() => events.push("callback"));
    const waiter = (async () => events.push(`waiter got ${await future}`))();
    await microtasks();
    future.setResult(1);
    events.push("set");
    await waiter;
    expect(events).toEqual(["set", "callback", "waiter got 1"]);
  });

  test("getLoop() gives what it was made with", () => {
    const { loop, future } = pending();
    expect(future.getLoop()).toBe(loop);
  });
});

describe("the options of a future", () => {
  afterEach(() => void (slot.running = undefined));

  test("may be left out, or be without a loop, for the running one", () => {
    const loop = new ManualScheduler();
    slot.running = loop;
    const futures = [new Future(), new Future({}), new Future({ loop: undefined as never })];
    expect(futures.map((future) => future.scheduler === loop)).toEqual([true, true, true]);
  });

  test("may name an event loop, which getLoop() returns", () => {
    const loop = { callExceptionHandler: () => {} };
    const scheduler = Object.assign(new ManualScheduler(), { loop });
    loopParts.set(loop, { scheduler });
    const future = new Future({ loop });
    expect([future.scheduler === scheduler, future.getLoop() === loop]).toEqual([true, true]);
  });

  test.each<[string, unknown, string]>([
    ["null", null, "new Future() takes its options as an object, such as {}, got null"],
    ["a number", 5, "new Future() takes its options as an object, such as {}, got 5"],
    [
      "a loop that is none",
      { loop: {} },
      "new Future() needs an EventLoop, got an object of class Object; leave it out for the running one",
    ],
    [
      "a loop of null",
      { loop: null },
      "new Future() needs an EventLoop, got null; leave it out for the running one",
    ],
    [
      "a loop that is a number",
      { loop: 5 },
      "new Future() needs an EventLoop, got 5; leave it out for the running one",
    ],
  ])("are refused if they are %s", (_, options, message) => {
    expect(() => new Future(options as FutureOptions)).toThrow(new TypeError(message));
  });

  test("a proxy that was revoked is no event loop", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(loopParts.find(proxy)).toBeUndefined();
  });
});

describe("how a future tells its waiters of its end", () => {
  test.each<[string, (future: Future<number>) => unknown, boolean, boolean]>([
    ["a value", (future) => future.setResult(1), false, false],
    ["no value", (future) => future.setResult(undefined as never), false, false],
    ["an error", (future) => future.setException(new Error("failed")), true, false],
    ["a cancellation as its error", (future) => future.setException(new CancelledError()), true, true],
    ["its own cancellation", (future) => future.cancel(), true, true],
  ])("by %s", (_, end, fails, cancels) => {
    const { future } = pending();
    end(future);
    expect([future[hasFailed](), future[bringsCancellation]()]).toEqual([fails, cancels]);
    expect(future[wakeReason]()).toBe(cancels ? "cancelled" : "value");
    expect([future[isBeingCancelled](), future[waitsOutside](new Set())]).toEqual([false, false]);
  });

  test("a cancellation is one error, however often it is asked for", () => {
    const { future } = pending();
    future.cancel("stop");
    const reason = future[failureReason]();
    expect([reason === future[failureReason](), (reason as Error).message]).toEqual([true, "stop"]);
  });

  test("a reaction that was taken back is not scheduled, and the others are, in order", () => {
    const { loop, future } = pending();
    const events: string[] = [];
    const reaction = (name: string): Runnable => ({ run: () => events.push(name) });
    const [one, two, three] = ["one", "two", "three"].map(reaction) as [Runnable, Runnable, Runnable];
    const alone = new Future<number>({ loop });
    alone[arm](one);
    alone[disarm](two);
    alone[disarm](one);
    alone.setResult(1);
    for (const each of [one, two, three]) future[arm](each);
    future[disarm](two);
    future.setResult(1);
    future[disarm](three);
    loop.flush();
    expect(events).toEqual(["one", "three"]);
  });

  test("awaitedBy() tells which futures wait for it, and not what else does", () => {
    const { future } = pending();
    const waiters = [new Future<void>(), new Future<void>()];
    expect(future.awaitedBy()).toHaveLength(0);
    for (const awaiter of waiters) future[arm]({ run: () => {}, awaiter });
    future[arm]({ run: () => {} });
    expect(future.awaitedBy().map((awaiter) => waiters.indexOf(awaiter as Future<void>))).toEqual([0, 1]);
  });
});

test("a future may end with the cancellation that its work has thrown", () => {
  class Work extends Future<void> {
    stop(error: CancelledError): void {
      this.endCancelled(error);
    }
  }
  const work = new Work({ loop: new ManualScheduler() });
  const error = new CancelledError("stopped");
  work.stop(error);
  expect([work.cancelled(), work[failureReason]() === error]).toEqual([true, true]);
});

describe("an error that nobody waits for", () => {
  class Work extends Future<void> {
    protected override expectsWaiter(): boolean {
      return true;
    }
  }

  function watched(): { loop: ManualScheduler; failures: unknown[] } {
    const failures: unknown[] = [];
    const watchFailure = ({ error }: { error: unknown }): number => failures.push(error);
    return { loop: Object.assign(new ManualScheduler(), { watchFailure }), failures };
  }

  test("is watched if the future expects a waiter, after the turns of those that wait", () => {
    const { loop, failures } = watched();
    const error = new Error("failed");
    const work = new Work({ loop });
    work.setException(error);
    expect(failures).toEqual([]);
    loop.flush();
    expect(failures).toEqual([error]);
  });

  test("is only kept by a loop that watches none", () => {
    const loop = new ManualScheduler();
    new Work({ loop }).setException(new Error("failed"));
    loop.flush();
    expect(loop.failures.size).toBe(1);
  });

  test.each<[string, (loop: ManualScheduler) => void]>([
    ["the future is any other", (loop) => new Future<void>({ loop }).setException(new Error("failed"))],
    ["it is a cancellation", (loop) => new Work({ loop }).setException(new CancelledError())],
    [
      "somebody waited when it came",
      (loop) => {
        const work = new Work({ loop });
        work.addDoneCallback(() => {});
        work.setException(new Error("failed"));
      },
    ],
    [
      "it is retrieved before",
      (loop) => {
        const work = new Work({ loop });
        work.setException(new Error("failed"));
        work.exception();
      },
    ],
    [
      "cancel() is called, as it counts as retrieved then",
      (loop) => {
        const work = new Work({ loop });
        work.setException(new Error("failed"));
        expect([work.cancel(), loop.failures.size]).toEqual([false, 0]);
      },
    ],
  ])("is not watched if %s", (_, fail) => {
    const { loop, failures } = watched();
    fail(loop);
    loop.flush();
    expect(failures).toEqual([]);
  });
});

describe("isFuture", () => {
  test("it knows futures of whichever installed version, and nothing else", () => {
    expect(isFuture(new Future<void>())).toBe(true);
    expect(isFuture({ [Symbol.for("asyncio-ts.Future")]: true })).toBe(true);
    for (const other of [Promise.resolve(), null, undefined, 5, {}, () => {}])
      expect(isFuture(other)).toBe(false);
  });
});

describe("the cost of many waiters", () => {
  test(
    "ten times as many waiters and callbacks take about ten times as many steps, not a hundred",
    { timeout: 120_000 },
    () => {
      const steps = (waiters: number): number => {
        const { loop, future } = pending();
        for (let i = 0; i < waiters; i++) future.addDoneCallback(() => {});
        future.setResult(1);
        loop.flush();
        return loop.turns;
      };
      expect(steps(10_000) / steps(1000)).toBe(10);
    },
  );
});

test("a future may stand where a type asks for a promise, and shows as itself", () => {
  expectTypeOf<Future<number>>().toExtend<Promise<number>>();
  expectTypeOf<Future<string>>().not.toExtend<Promise<number>>();
  const future = new Future();
  expect([inspect(future), Object.prototype.toString.call(future)]).toEqual([
    "<Future pending>",
    "[object Future]",
  ]);
});
