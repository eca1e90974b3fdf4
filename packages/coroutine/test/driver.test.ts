import { coroutine } from "@asyncio-ts/coroutine";
import { Future, type Steps, type Suspension } from "@asyncio-ts/future";
import { describe, expect, test } from "vitest";
import { microtasks } from "@asyncio-ts/testkit/manual-scheduler";

/** A generator that yields what it should not. */
function yields(value: unknown): () => Steps<string> {
  return function* () {
    try {
      (yield value as Suspension) as unknown;
    } catch (error) {
      return (error as Error).message;
    }
    return "went on";
  };
}

describe("a generator coroutine that yields what it cannot wait for", () => {
  const future = new Future<number>();
  test.each<[string, unknown, string]>([
    [
      "a future without the star",
      future,
      "a coroutine used `yield` on an awaitable; write `yield*`, which also gives you its result",
    ],
    [
      "a coroutine without the star",
      coroutine(async () => {})(),
      "a coroutine used `yield` on an awaitable; write `yield*`, which also gives you its result",
    ],
    [
      "a promise",
      Promise.resolve(),
      "a coroutine yielded a promise; write `yield* ensureFuture(promise)`, or await it in an async function",
    ],
    ["nothing", undefined, "a coroutine used a bare `yield`; to let others run, write `yield* sleep(0)`"],
    [
      "a number",
      5,
      "a coroutine yielded 5, which is no awaitable; write `yield*` and a future, task or coroutine",
    ],
  ])("gets an error there: %s.", async (_, value, message) => {
    expect(await coroutine(yields(value))()).toBe(message);
  });

  test("may catch it, and go on", async () => {
    const program = coroutine(function* () {
      const message = yield* yields(undefined)();
      const future = new Future<string>();
      future.setResult("goes on");
      return [message.slice(0, 30), yield* future];
    });
    expect(await program()).toEqual(["a coroutine used a bare `yield", "goes on"]);
  });
});

describe("the stack of a driver", () => {
  test("a chain of ten thousand coroutines neither overflows nor mixes up the results", async () => {
    const down = coroutine(function* (n: number): Steps<number> {
      return n === 0 ? 0 : 1 + (yield* down(n - 1));
    });
    expect(await down(10_000)).toBe(10_000);
  });

  test("errors unwind it level by level, through each finally block, in order", async () => {
    const events: string[] = [];
    const inner = coroutine(function* () {
      try {
        throw new Error("deep");
      } finally {
        events.push("inner");
      }
    });
    const middle = coroutine(function* () {
      try {
        yield* inner();
      } finally {
        events.push("middle");
      }
    });
    const outer = coroutine(function* () {
      try {
        yield* middle();
      } catch (error) {
        events.push(`outer caught ${(error as Error).message}`);
      }
      return yield* done("recovered");
    });
    expect(await outer()).toBe("recovered");
    expect(events).toEqual(["inner", "middle", "outer caught deep"]);
  });

  test("a finally block may wait, and its error takes the place of the first", async () => {
    const gate = new Future<void>();
    const events: string[] = [];
    const program = coroutine(function* () {
      try {
        throw new Error("first");
      } finally {
        events.push("waits");
        yield* gate;
        events.push("goes on");
        // oxlint-disable-next-line no-unsafe-finally -- what is tested
        throw new Error("second");
      }
    });
    const result = (async () => await program())();
    await microtasks();
    expect(events).toEqual(["waits"]);
    gate.setResult();
    await expect(result).rejects.toThrow("second");
    expect(events).toEqual(["waits", "goes on"]);
  });

  test("a plain generator may be delegated to as well", async () => {
    function* plain(future: Future<number>): Steps<number> {
      return (yield* future) + 1;
    }
    const future = new Future<number>();
    const result = (async () =>
      await coroutine(function* () {
        return (yield* plain(future)) * 10;
      })())();
    await microtasks();
    future.setResult(1);
    expect(await result).toBe(20);
  });

  test("one coroutine may wait for many things, one after the other", async () => {
    const futures = Array.from({ length: 5 }, () => new Future<number>());
    const program = coroutine(function* () {
      let sum = 0;
      for (const future of futures) sum += yield* future;
      return sum;
    });
    const result = (async () => await program())();
    for (const [index, future] of futures.entries()) {
      await microtasks();
      future.setResult(index);
    }
    expect(await result).toBe(10);
  });
});

const done = coroutine(function* (value: string) {
  return value;
});
