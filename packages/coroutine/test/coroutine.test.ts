import { coroutine, Coroutine, isCoroutine } from "@asyncio-ts/coroutine";
import { Future, type Steps } from "@asyncio-ts/future";
import { slot } from "@asyncio-ts/future/internal";
import { currentTaskLike, runInside } from "@asyncio-ts/future/lowlevel";
import { FakeTask, inTurnOf, storeTasks } from "@asyncio-ts/testkit/fake-task";
import { ManualScheduler, microtasks } from "@asyncio-ts/testkit/manual-scheduler";
import { needing } from "@asyncio-ts/testkit/needing";
import { inspect } from "node:util";
import { afterEach, describe, expect, expectTypeOf, test } from "vitest";

const kinds = [
  {
    kind: "an async function",
    add: (events: string[]) =>
      coroutine(async function add(a: number, b: number) {
        events.push("runs");
        await undefined;
        return a + b;
      }),
    fail: coroutine(async function fail(): Promise<never> {
      throw new RangeError("failed");
    }),
    waitFor: coroutine(async (future: Future<string>) => `got ${await future}`),
  },
  {
    kind: "a generator function",
    add: (events: string[]) =>
      coroutine(function* add(a: number, b: number) {
        events.push("runs");
        return a + b;
      }),
    fail: coroutine(function* fail(): Steps<never> {
      throw new RangeError("failed");
    }),
    waitFor: coroutine(function* (future: Future<string>) {
      return `got ${yield* future}`;
    }),
  },
];

describe.each(kinds)("a coroutine function of $kind", ({ add, fail, waitFor }) => {
  test("runs nothing when it is called, and runs when it is awaited", async () => {
    const events: string[] = [];
    const call = add(events)(1, 2);
    await microtasks();
    events.push("nothing so far");
    expect(await call).toBe(3);
    expect(events).toEqual(["nothing so far", "runs"]);
  });

  test("can be called again and again", async () => {
    const plus = add([]);
    expect([await plus(1, 2), await plus(3, 4)]).toEqual([3, 7]);
  });

  test("throws what the function throws, where it is awaited", async () => {
    await expect(fail()).rejects.toThrow(new RangeError("failed"));
    function* body(): Steps<string> {
      try {
        return yield* fail();
      } catch (error) {
        return `caught ${(error as Error).message}`;
      }
    }
    expect(await coroutine(body)()).toBe("caught failed");
  });

  test("waits for futures", async () => {
    const future = new Future<string>();
    const result = (async () => await waitFor(future))();
    await microtasks();
    future.setResult("it");
    expect(await result).toBe("got it");
  });

  test("gives a coroutine that can be awaited once; the second time is an error that says so", async () => {
    const call = add([])(1, 2);
    await call;
    const again =
      /add.* was awaited, or made a task, before; call its function again for a new one, or keep the task and await that$/;
    await expect((async () => await call)()).rejects.toThrow(again);
    await expect(
      coroutine(function* () {
        return yield* call;
      })(),
    ).rejects.toThrow(again);
  });

  test("keeps its name, on the function and on the coroutine", () => {
    const plus = add([]);
    expect(plus.name).toBe("add");
    expect(String(plus(1, 2))).toBe("<Coroutine add>");
    expect(plus(1, 2).name).toBe("add");
  });

  test("may have no name", () => {
    const nameless = new Coroutine((function* () {})());
    expect([nameless.name, String(nameless)]).toEqual(["", "<Coroutine>"]);
    expect(new Coroutine((function* () {})(), "named").name).toBe("named");
  });

  test("then(), catch() and finally() do as those of a promise", async () => {
    const events: string[] = [];
    const plus = add([]);
    expect(await plus(1, 2).then((sum) => sum * 2)).toBe(6);
    expect(await fail().catch((error: unknown) => (error as Error).message)).toBe("failed");
    expect(await fail().then(undefined, () => "caught")).toBe("caught");
    expect(await plus(1, 2).finally(() => void events.push("finally"))).toBe(3);
    expect(events).toEqual(["finally"]);
  });

  test("works in Promise.all", async () => {
    const plus = add([]);
    expect(await Promise.all([plus(1, 2), plus(3, 4)])).toEqual([3, 7]);
  });

  test("can be wrapped once more", async () => {
    const twice = coroutine(add([]) as unknown as (a: number, b: number) => Promise<number>);
    expect(await twice(1, 2)).toBe(3);
    expect(
      await coroutine(function* () {
        return yield* twice(3, 4);
      })(),
    ).toBe(7);
  });
});

describe("mixed kinds", () => {
  const trace: string[] = [];
  const deepest = {
    async: coroutine(async function deepestAsync(future: Future<string>) {
      trace.push("deepest");
      return await future;
    }),
    generator: coroutine(function* deepestGenerator(future: Future<string>) {
      trace.push("deepest");
      return yield* future;
    }),
  };
  const callers = {
    async: <A>(inner: (argument: A) => Coroutine<string>) =>
      coroutine(async (argument: A) => {
        trace.push("enters");
        return `(${await inner(argument)})`;
      }),
    generator: <A>(inner: (argument: A) => Coroutine<string>) =>
      coroutine(function* (argument: A) {
        trace.push("enters");
        return `(${yield* inner(argument)})`;
      }),
  };
  const kinds = ["async", "generator"] as const;
  const cases = kinds.flatMap((a) => kinds.flatMap((b) => kinds.map((c) => [a, b, c] as const)));

  test.each(cases)("%s awaits %s awaits %s, values come up and errors too", async (a, b, c) => {
    const program = callers[a](callers[b](deepest[c]));
    const future = new Future<string>();
    const failing = new Future<string>();
    trace.length = 0;
    const result = (async () => await program(future))();
    const failure = (async () => await program(failing))();
    await microtasks();
    expect(trace.filter((event) => event === "deepest")).toHaveLength(2);
    future.setResult("value");
    failing.setException(new Error("from below"));
    expect(await result).toBe("((value))");
    await expect(failure).rejects.toThrow("from below");
  });
});

describe("coroutine() of other functions", () => {
  test("a function that returns a value gives the value", async () => {
    const five = coroutine((() => 5) as unknown as () => Promise<number>);
    expect(await five()).toBe(5);
  });

  test("a function that throws before it returns a promise fails where it is awaited", async () => {
    const bad = coroutine((): Promise<number> => {
      throw new Error("early");
    });
    const call = bad();
    await expect(call).rejects.toThrow("early");
  });

  test("a function that returns a generator runs it", async () => {
    function* steps(): Steps<string> {
      return "from the generator";
    }
    expect(await coroutine(() => steps())()).toBe("from the generator");
  });

  test("a function that returns a future gives its result", async () => {
    const future = new Future<number>();
    future.setResult(1);
    expect(await coroutine(() => future)()).toBe(1);
  });

  test.each([
    ["a number", 5, "5"],
    ["nothing", undefined, "undefined"],
    ["a running promise", Promise.resolve(1), "a promise"],
  ])("%s is refused, with an error that says what is needed", (_, value, name) => {
    expect(() => coroutine(value as unknown as () => Promise<void>)).toThrow(
      new TypeError(`coroutine() needs an async function or a generator function, got ${name}`),
    );
  });

  test("`this` and all arguments are passed on", async () => {
    class Counter {
      count = 10;
      add = coroutine(async function (this: Counter, ...more: number[]) {
        return this.count + more.length;
      });
      addSteps = coroutine(function* (this: Counter, ...more: number[]) {
        return this.count + more.length;
      });
    }
    const counter = new Counter();
    expect([await counter.add(1, 2), await counter.addSteps(1, 2, 3)]).toEqual([12, 13]);
  });

  test("a function without a name makes coroutines without one", () => {
    expect(String(coroutine(async () => {})())).toMatch(/^<Coroutine.*>$/);
  });
});

describe("isCoroutine", () => {
  test("it knows coroutine objects of whichever installed version, and nothing else", () => {
    const fn = coroutine(async () => {});
    expect(isCoroutine(fn())).toBe(true);
    expect(isCoroutine({ [Symbol.for("asyncio-ts.Coroutine")]: true })).toBe(true);
    for (const other of [fn, Promise.resolve(), new Future<void>(), null, undefined, 5]) {
      expect(isCoroutine(other)).toBe(false);
    }
  });
});

describe("the types of coroutine()", () => {
  test("parameters keep their names and types, for both kinds", () => {
    const withAsync = coroutine(async (url: string, retries?: number) => url.length + (retries ?? 0));
    expectTypeOf(withAsync).parameters.toEqualTypeOf<[url: string, retries?: number]>();
    expectTypeOf(withAsync).returns.toEqualTypeOf<Coroutine<number>>();
    const withGenerator = coroutine(function* (future: Future<string>) {
      const text = yield* future;
      expectTypeOf(text).toEqualTypeOf<string>();
      return { text };
    });
    expectTypeOf(withGenerator).parameters.toEqualTypeOf<[future: Future<string>]>();
    expectTypeOf(withGenerator).returns.toEqualTypeOf<Coroutine<{ text: string }>>();
  });

  test("generic functions stay generic", () => {
    const identity = coroutine(async <T>(value: T) => value);
    expectTypeOf(identity<string>).returns.toEqualTypeOf<Coroutine<string>>();
    const first = coroutine(function* <T>(values: readonly T[]) {
      return values[0];
    });
    expectTypeOf(first<number>).returns.toEqualTypeOf<Coroutine<number | undefined>>();
  });

  test("await and yield* give the result", async () => {
    const fetchData = coroutine(async () => ({ data: "Some data" }));
    expectTypeOf(await fetchData()).toEqualTypeOf<{ data: string }>();
    coroutine(function* () {
      const result = yield* fetchData();
      expectTypeOf(result).toEqualTypeOf<{ data: string }>();
    });
  });

  test("a method keeps its this", () => {
    class Counter {
      count = 1;
      plus = coroutine(function* (this: Counter, more: number) {
        yield* new Future<void>();
        return this.count + more;
      });
    }
    expectTypeOf<Counter["plus"]>().returns.toEqualTypeOf<Coroutine<number>>();
  });

  test("a coroutine may stand where a type asks for a promise", () => {
    interface Repository {
      find(name: string): Promise<number>;
      all: () => Promise<readonly string[]>;
    }
    class Memory implements Repository {
      find = coroutine(async (name: string) => name.length);
      all = coroutine(function* () {
        return ["Ann"];
      });
    }
    expectTypeOf<Memory>().toExtend<Repository>();
    expectTypeOf<Coroutine<number>>().toExtend<Promise<number>>();
    expectTypeOf<Coroutine<string>>().not.toExtend<Promise<number>>();
  });

  test("yield without the star is refused by the compiler", () => {
    const wait = coroutine(async () => 1);
    // @ts-expect-error it yields a coroutine object
    coroutine(function* () {
      yield wait();
    });
    // @ts-expect-error it yields a future
    coroutine(function* () {
      yield new Future();
    });
    // @ts-expect-error it yields nothing
    coroutine(function* () {
      yield;
    });
    function* annotated(): Steps<void> {
      // @ts-expect-error here the error is at the yield
      yield wait();
    }
    // @ts-expect-error an async generator can't be driven
    coroutine(async function* () {
      yield 1;
    });
    void annotated;
  });

  test("what is neither an async function nor a generator function is refused by the compiler", () => {
    // @ts-expect-error a number is no function
    expect(() => coroutine(5)).toThrow(TypeError);
    // @ts-expect-error a function that returns a number needs no coroutine
    coroutine(() => 5);
  });
});

test("console.log shows a coroutine as its toString() does", () => {
  const call = coroutine(async function fetchData() {})();
  expect(inspect(call)).toBe("<Coroutine fetchData>");
  expect(Object.prototype.toString.call(call)).toBe("[object Coroutine]");
});

test("a revoked proxy is no coroutine", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect(isCoroutine(proxy)).toBe(false);
});

afterEach(() => void (slot.turn = slot.storage = slot.fallback = undefined));

/** Does what a coroutine object does, with promises alone: calls a function one microtask after it is awaited. */
function nativeCall(body: () => unknown): PromiseLike<unknown> {
  return {
    // oxlint-disable-next-line unicorn/no-thenable -- stands for a coroutine
    then: (...handlers) =>
      Promise.resolve()
        .then(body)
        .then(...handlers),
  };
}

/** Records the order in which two awaits end, which began one after the other. */
async function orderOf(ours: PromiseLike<unknown>, native: PromiseLike<unknown>): Promise<string[]> {
  const events: string[] = [];
  const note = async (name: string, awaited: PromiseLike<unknown>): Promise<void> => {
    await awaited;
    events.push(name);
  };
  await Promise.all([note("ours", ours), note("native", native)]);
  return events;
}

describe("awaiting a coroutine", () => {
  test("a second time by yield* is an error, also if the first time was by yield*", async () => {
    const call = coroutine(async function add() {
      return 3;
    })();
    const program = coroutine(function* () {
      const first = yield* call;
      try {
        return yield* call;
      } catch (error) {
        return [first, error];
      }
    });
    const message =
      "<Coroutine add> was awaited, or made a task, before; call its function again for a new one, or keep the task and await that";
    expect(await program()).toEqual([3, new Error(message)]);
  });

  test("takes the first step of a generator inside then()", async () => {
    const events: string[] = [];
    const steps = coroutine(function* () {
      events.push("first step");
    });
    const end = steps().then();
    events.push("after then()");
    await end;
    expect(events).toEqual(["first step", "after then()"]);
  });

  const stacks = needing("stacks that go through `await`");

  test("gives an error of an async function a stack with the function that awaits", stacks, async () => {
    const fail = coroutine(async (): Promise<never> => {
      throw new Error("before the first await");
    });
    const waitsHere = async (): Promise<unknown> => {
      try {
        return await fail();
      } catch (error) {
        return (error as Error).stack;
      }
    };
    expect(await waitsHere()).toMatch(/waitsHere/);
  });

  test.each<[string, () => PromiseLike<unknown>]>([
    ["a promise", () => Promise.resolve(1)],
    ["a value", () => 1 as unknown as Promise<unknown>],
  ])("takes no more microtasks than a promise does, for %s", async (_, body) => {
    const ours = coroutine(body as () => Promise<unknown>)();
    expect(await orderOf(ours, nativeCall(body))).toEqual(["ours", "native"]);
  });

  test("takes no more turns than a future does", async () => {
    const loop = new ManualScheduler();
    const future = new Future<number>({ loop });
    const ours = coroutine(() => future)();
    const order = orderOf(
      ours,
      nativeCall(() => future),
    );
    await microtasks();
    future.setResult(1);
    await loop.settle();
    expect(await order).toEqual(["ours", "native"]);
  });

  test("follows a thenable by the rules of promises", async () => {
    const circle = {
      // oxlint-disable-next-line unicorn/no-thenable -- what is tested
      then: (resolve: (value: unknown) => void) => resolve(circle),
    };
    const call = coroutine(() => circle as unknown as Promise<never>);
    await expect(call()).rejects.toThrow("a thenable resolved with itself");
  });
});

describe("the body of a coroutine runs in the task that awaits it", () => {
  const inner = coroutine(async (seen: unknown[]) => {
    seen.push(currentTaskLike());
    await Promise.resolve();
    seen.push(currentTaskLike());
    return "value";
  });

  test("if a generator's step calls then()", async () => {
    storeTasks();
    const task = new FakeTask();
    const seen: unknown[] = [];
    const fail = coroutine(async () => {
      seen.push(currentTaskLike());
      throw new Error("failed");
    });
    slot.stepping = { awaiter: task };
    const ends = [
      inner(seen).then((value) => value),
      fail().then(undefined, (error: unknown) => (error as Error).message),
    ];
    slot.stepping = undefined;
    expect(await Promise.all(ends)).toEqual(["value", "failed"]);
    expect(seen).toEqual([task, task, task]);
  });

  test("if a function returns another coroutine", async () => {
    storeTasks();
    const task = new FakeTask();
    const seen: unknown[] = [];
    const outer = coroutine(() => inner(seen));
    const end = runInside({ awaiter: task }, async () => await outer());
    expect([await end, ...seen]).toEqual(["value", task, task]);
    expect(await inTurnOf(task, () => outer().then())).toBe("value");
  });

  test("and an error that nobody takes is reported, if a step called then()", async () => {
    const loop = (slot.fallback = new ManualScheduler());
    const error = new Error("failed");
    slot.stepping = {};
    void coroutine(async () => {
      throw error;
    })().then(() => {});
    slot.stepping = undefined;
    await microtasks();
    expect(loop.reports).toEqual([
      { message: "a coroutine failed and nobody awaits its result", exception: error },
    ]);
  });
});
