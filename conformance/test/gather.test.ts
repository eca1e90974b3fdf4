import { coroutine } from "@asyncio-ts/coroutine";
import { CancelledError, Future, isCancelled } from "@asyncio-ts/future";
import { getRunningLoop, newEventLoop } from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { createTask, ensureFuture, gather, sleep } from "@asyncio-ts/task";
import { afterEach, describe, expect, it, vi } from "vitest";
import { awaited, bothKinds, errorOf, oneIteration, type Program, reportsOf } from "@asyncio-ts/testkit";

/** So many iterations are enough for whatever these tests have made ready. */
function* settled(): Program<void> {
  for (let i = 0; i < 5; i++) yield* oneIteration();
}

type Five = [Future<number>, Future<number>, Future<number>, Future<number>, Future<number>];

describe.each(bothKinds)("gather() in %s", ({ define, runProgram }) => {
  const gives = define(function* <T>(value: T): Program<T> {
    return value;
  });
  const following = define(function* <T>(future: Future<T>): Program<T> {
    return yield* awaited(future);
  });

  describe.each([
    ["futures", (futures: Future<number>[]): Future<number>[] => futures],
    ["coroutines", (futures: Future<number>[]) => futures.map((future) => following(future))],
  ])("of %s", (_what, wrap) => {
    const five = () => Array.from({ length: 5 }, () => new Future<number>()) as Five;

    it.each([undefined, { returnExceptions: false }, { returnExceptions: true } as const])(
      "it gives the results in the order of the arguments once all are there, with options %j",
      (options) =>
        runProgram(function* () {
          const [a, b, c] = five();
          const all = gather(wrap([a, b, c]), options as { returnExceptions?: false });
          const calls: number[][] = [];
          all.addDoneCallback((done) => calls.push(done.result()));
          b.setResult(1);
          a.setResult(2);
          yield* settled();
          expect([all.done(), calls]).toEqual([false, []]);
          c.setResult(3);
          yield* settled();
          expect(all.result()).toEqual([2, 1, 3]);
          expect(calls).toEqual([[2, 1, 3]]);
        }),
    );

    it("it fails with the first error, once, and what comes later does nothing", () =>
      runProgram(function* () {
        const futures = five();
        const [a, b, c, d, e] = futures;
        const all = gather(wrap(futures));
        let calls = 0;
        all.addDoneCallback(() => calls++);
        const error = new RangeError("the first");
        a.setResult(1);
        b.setException(error);
        yield* settled();
        expect([all.done(), calls]).toEqual([true, 1]);
        expect(all.exception()).toBe(error);
        expect([c, d, e].map((future) => future.done())).toEqual([false, false, false]);
        c.setResult(3);
        d.cancel();
        e.setException(new Error("the second"));
        yield* settled();
        expect(all.exception()).toBe(error);
        expect(calls).toBe(1);
      }));

    it("with returnExceptions errors stand among the results, and do not end it", () =>
      runProgram(function* () {
        const [a, b, c, d] = five();
        const all = gather(wrap([a, b, c, d]), { returnExceptions: true });
        let calls = 0;
        all.addDoneCallback(() => calls++);
        const errors = [new RangeError("the first"), new Error("the second")];
        b.setResult(1);
        c.setException(errors[0]);
        a.setResult(3);
        yield* settled();
        expect(all.done()).toBe(false);
        d.setException(errors[1]);
        yield* settled();
        expect(calls).toBe(1);
        const results = all.result();
        expect(results.slice(0, 2)).toEqual([3, 1]);
        expect([results[2] === errors[0], results[3] === errors[1]]).toEqual([true, true]);
      }));

    it("when one is cancelled it fails with that CancelledError, and is not cancelled itself", () =>
      runProgram(function* () {
        const futures = five();
        const [a, b, c, d, e] = futures;
        const all = gather(wrap(futures));
        let calls = 0;
        all.addDoneCallback(() => calls++);
        a.setResult(1);
        b.cancel();
        yield* settled();
        expect([all.done(), all.cancelled(), calls]).toEqual([true, false, 1]);
        expect(all.exception()).toBeInstanceOf(CancelledError);
        c.setResult(3);
        d.cancel();
        e.setException(new Error("too late"));
        yield* settled();
        expect(isCancelled(all.exception())).toBe(true);
      }));

    it("with returnExceptions a cancelled one stands among the results as a CancelledError", () =>
      runProgram(function* () {
        const futures = five();
        const [a, b, c, d, e] = futures;
        const all = gather(wrap(futures), { returnExceptions: true });
        const error = new RangeError("failed");
        a.setResult(1);
        b.setException(error);
        c.cancel();
        yield* settled();
        expect(all.done()).toBe(false);
        d.setResult(3);
        e.cancel();
        const results = yield* awaited(all);
        expect([results[0], results[3]]).toEqual([1, 3]);
        expect(results[1]).toBe(error);
        expect([results[2], results[4]].map((result) => result instanceof CancelledError)).toEqual([
          true,
          true,
        ]);
      }));
  });

  it("of nothing it is done, with an empty list, on the loop that runs", () =>
    runProgram(function* () {
      const all = gather([]);
      expect(all).toBeInstanceOf(Future);
      expect(all.getLoop()).toBe(getRunningLoop());
      expect(yield* awaited(all)).toEqual([]);
    }));

  it("it makes coroutines tasks of the loop that runs", () =>
    runProgram(function* () {
      const all = gather([gives("abc"), gives("def")]);
      expect(all.getLoop()).toBe(getRunningLoop());
      expect(yield* awaited(all)).toEqual(["abc", "def"]);
    }));

  it("a coroutine that is given several times runs once, and its result stands in each of its places", () =>
    runProgram(function* () {
      let runs = 0;
      const counted = define(function* (value: string): Program<string> {
        runs++;
        return value;
      });
      const abc = counted("abc");
      expect(yield* awaited(gather([abc, abc, counted("def"), abc]))).toEqual(["abc", "abc", "def", "abc"]);
      expect(runs).toBe(2);
    }));

  it("cancelling who awaits it cancels all of them, and no one goes on", () =>
    runProgram(function* () {
      const events: string[] = [];
      const waiter = new Future<void>();
      const inner = define(function* () {
        yield* awaited(waiter);
        events.push("inner went on");
      });
      const children = [createTask(inner()), createTask(inner())];
      let all: Future<void[]> | undefined;
      const outer = createTask(
        define(function* () {
          all = gather(children);
          yield* awaited(all);
          events.push("outer went on");
        })(),
      );
      yield* oneIteration();
      expect(outer.cancel()).toBe(true);
      expect(isCancelled(yield* errorOf(outer))).toBe(true);
      expect(all?.cancel()).toBe(false);
      expect([waiter, ...children].map((one) => one.cancelled())).toEqual([true, true, true]);
      yield* settled();
      expect(events).toEqual([]);
    }));

  it("an error that comes after the first one, which somebody has seen, is not reported", async () => {
    const seen: unknown[] = [];
    const failing = define(function* (future: Future<void>, message: string): Program<void> {
      yield* awaited(future);
      throw new Error(message);
    });
    const main = define(function* () {
      const [a, b] = [new Future<void>(), new Future<void>()];
      const outer = createTask(
        define(function* () {
          yield* awaited(gather([failing(a, "first"), failing(b, "second")]));
        })(),
      );
      yield* oneIteration();
      a.setResult();
      yield* settled();
      b.setResult();
      yield* settled();
      seen.push(outer.exception());
    });
    expect(await reportsOf(main())).toEqual([]);
    expect(seen).toEqual([new Error("first")]);
  });

  it("something that cannot be awaited among the arguments is a TypeError, and leaves nothing to report", async () => {
    let ran = false;
    const main = define(function* () {
      const call = define(function* () {
        ran = true;
      })();
      expect(() => gather([call, {}] as never)).toThrow(TypeError);
      yield* settled();
    });
    expect(await reportsOf(main())).toEqual([]);
    expect(ran).toBe(true);
  });

  it("once all of them are done it cannot be cancelled any more, and what awaits it gets the results", () =>
    runProgram(function* () {
      const future = new Future<number>();
      const all = ensureFuture(gather([following(future)]));
      let cancelled: boolean | undefined;
      // Called in the same iteration as the child's last step, and before the gather hears of that.
      createTask(
        define(function* () {
          yield* awaited(future);
          cancelled = all.cancel();
        })(),
      );
      yield* oneIteration();
      future.setResult(42);
      expect(yield* awaited(all)).toEqual([42]);
      expect([cancelled, all.cancelled()]).toEqual([false, false]);
    }));

  it.each([
    ["without a message", undefined, ""],
    ["with a message", "my message", "my message"],
  ])("a task that gathers in a loop with returnExceptions can be cancelled, %s", (_title, message, said) =>
    runProgram(function* () {
      let rounds = 0;
      const task = createTask(
        define(function* () {
          while (rounds < 20) {
            yield* awaited(gather([sleep(50)], { returnExceptions: true }));
            rounds++;
          }
        })(),
      );
      yield* awaited(sleep(225));
      task.cancel(message);
      const error = yield* errorOf(task);
      expect([isCancelled(error), (error as Error).message, (error as Error).cause]).toEqual([
        true,
        said,
        undefined,
      ]);
      expect(rounds).toBe(4);
    }),
  );

  // ---- loops ----

  it("futures of different loops can be gathered, and the gather belongs to the loop that asked for it", () =>
    runProgram(function* () {
      const other = virtualLoop();
      const running = other.runForever();
      const mine = new Future<number>();
      const theirs = [other.createFuture<number>(), other.createFuture<number>()] as const;
      const mixed = gather([mine, theirs[0]]);
      const same = gather([theirs[0], theirs[1]]);
      expect([mixed, same].map((all) => all.getLoop() === getRunningLoop())).toEqual([true, true]);
      mine.setResult(1);
      theirs[0].setResult(2);
      expect([mixed.done(), same.done()]).toEqual([false, false]);
      expect(yield* awaited(mixed)).toEqual([1, 2]);
      theirs[1].setResult(3);
      expect(yield* awaited(same)).toEqual([2, 3]);
      other.stop();
      yield* awaited(ensureFuture(running));
      other.close();
    }));
});

describe("gather() outside run()", () => {
  it("of nothing it belongs to the default loop, and is done with an empty list", async () => {
    const all = gather([]);
    expect(all.getLoop()).toBe(getRunningLoop());
    expect(await all).toEqual([]);
  });

  it("it makes coroutines tasks of the default loop, which runs by itself", async () => {
    const gives = coroutine(async () => "abc");
    const all = gather([gives(), gives()]);
    expect(all.getLoop()).toBe(getRunningLoop());
    expect(await all).toEqual(["abc", "abc"]);
  });
});

describe("debug mode by the environment", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it.each([
    ["1", true],
    ["yes", true],
    ["0", false],
    ["", false],
    [undefined, false],
  ])("with ASYNCIO_DEBUG set to %j the debug mode of a new loop is %j", (value, debug) => {
    vi.stubEnv("ASYNCIO_DEBUG", value);
    expect(newEventLoop().debug).toBe(debug);
    // The program's own word goes before the environment.
    expect(newEventLoop({ debug: !debug }).debug).toBe(!debug);
  });
});
