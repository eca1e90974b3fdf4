/* oxlint-disable unicorn/no-thenable -- thenables are what is tested */
import { follow, isPromise, isPromiseLike, keepThen, thenOf } from "@asyncio-ts/future/lowlevel";
import { describe, expect, test } from "vitest";
import { runInNewContext } from "node:vm";
import { microtasks } from "@asyncio-ts/testkit/manual-scheduler";

/** Follows a value, and records what is called; "returned" is the moment at which following it has begun. */
async function recordOf(value: object): Promise<string[]> {
  const events: string[] = [];
  follow(
    value,
    (result) => events.push(`fulfilled: ${String(result)}`),
    (error) => events.push(`rejected: ${error instanceof Error ? error.message : String(error)}`),
  );
  events.push("returned");
  await microtasks();
  return events;
}

/** Returns what `recordOf` says of a promise that rejects with what `act` throws, in the words of this engine. */
function rejectedBy(act: () => unknown): string {
  try {
    return `fulfilled: ${String(act())}`;
  } catch (error) {
    return `rejected: ${(error as Error).message}`;
  }
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const notReallyPromise = (): object => Object.create(Promise.prototype) as object;

type Resolve = (value: unknown) => void;
type Reject = (error: unknown) => void;

const thenable = (then: (resolve: Resolve, reject: Reject) => unknown): object => ({ then });

function chain(length: number, end: unknown): object {
  let link: unknown = end;
  for (let i = 0; i < length; i++) {
    const next = link;
    link = thenable((resolve) => resolve(next));
  }
  return link as object;
}

/** Thenables that resolve with each other, in a circle of so many. */
function circle(length: number): object {
  const links: object[] = [];
  for (let i = 0; i < length; i++) links.push(thenable((resolve) => resolve(links[(i + 1) % length])));
  return links[0] as object;
}

class Derived<T> extends Promise<T> {}

class WithItsOwnThen extends Promise<string> {
  override then(...handlers: unknown[]): never {
    (handlers[0] as Resolve)("by its own then");
    throw new Error("after that");
  }
}

const ownThen = Object.assign(Promise.resolve("a promise"), {
  then: (resolve: Resolve) => resolve("its own then"),
});

const bound = new Proxy(Promise.resolve("behind a proxy"), {
  get: (promise, key) => {
    const value: unknown = Reflect.get(promise, key);
    return typeof value === "function" && key === "then" ? value.bind(promise) : value;
  },
});

const hostileConstructor = Object.defineProperty(Promise.resolve(), "constructor", {
  get() {
    throw new Error("in constructor");
  },
});

const itself: object = thenable((resolve) => resolve(itself));

describe("follow() gives the outcome that await gives, never inside the call", () => {
  test.each<[string, () => object, string]>([
    ["calls back at once", () => thenable((resolve) => resolve(1)), "fulfilled: 1"],
    ["calls back later", () => thenable((resolve) => setImmediate(resolve, 1)), "fulfilled: 1"],
    ["rejects at once", () => thenable((_, reject) => reject("no")), "rejected: no"],
    [
      "fulfils twice",
      () =>
        thenable((resolve) => {
          resolve(1);
          resolve(2);
        }),
      "fulfilled: 1",
    ],
    [
      "fulfils, and rejects later",
      () =>
        thenable((resolve, reject) => {
          resolve(1);
          setImmediate(reject, "no");
        }),
      "fulfilled: 1",
    ],
    [
      "rejects, and then fulfils",
      () =>
        thenable((resolve, reject) => {
          reject("no");
          resolve(1);
        }),
      "rejected: no",
    ],
    [
      "fulfils, and then throws",
      () =>
        thenable((resolve) => {
          resolve(1);
          throw new Error("late");
        }),
      "fulfilled: 1",
    ],
    [
      "resolves with a promise, and then with a value",
      () =>
        thenable((resolve) => {
          resolve(Promise.resolve("first"));
          resolve("second");
        }),
      "fulfilled: first",
    ],
    [
      "throws",
      () =>
        thenable(() => {
          throw new Error("in then()");
        }),
      "rejected: in then()",
    ],
    [
      "has a getter that throws",
      () => ({
        get then(): never {
          throw new Error("in the getter");
        },
      }),
      "rejected: in the getter",
    ],
    [
      "rejects with a thenable, which is not followed",
      () => thenable((_, reject) => reject([1])),
      "rejected: 1",
    ],
    ["resolves with a thenable that rejects", () => chain(3, Promise.reject("deep")), "rejected: deep"],
    [
      "is a function",
      () =>
        Object.assign(
          () => {},
          thenable((resolve) => resolve(1)),
        ),
      "fulfilled: 1",
    ],
    ["is a promise", () => Promise.resolve(1), "fulfilled: 1"],
    ["is a promise that rejects", () => Promise.reject("no"), "rejected: no"],
    ["is of a derived class", () => Derived.resolve(1), "fulfilled: 1"],
    ["is of a class with a hostile then", () => new WithItsOwnThen(() => {}), "fulfilled: by its own then"],
    ["is a promise with a then of its own, as with await", () => ownThen, "fulfilled: a promise"],
    ["is a promise of another realm", () => runInNewContext("Promise.resolve(1)") as object, "fulfilled: 1"],
    ["is a promise behind a proxy", () => bound, "fulfilled: behind a proxy"],
    ["is a promise with a hostile constructor", () => hostileConstructor, "rejected: in constructor"],
    ["is a proxy that was revoked", revoked, rejectedBy(() => Reflect.get(revoked(), "then") as unknown)],
    [
      "only has the prototype of promises",
      notReallyPromise,
      rejectedBy(() => Promise.prototype.then.call(notReallyPromise() as Promise<void>)),
    ],
    ["is none", () => [7], "fulfilled: 7"],
    ["has a then that is no function", () => Object.assign([7], { then: 5 }), "fulfilled: 7"],
  ])("that %s.", async (_, make, outcome) => {
    expect(await recordOf(make())).toEqual(["returned", outcome]);
    const awaited = await (async () => `fulfilled: ${String(await make())}`)().catch(
      (error: unknown) => `rejected: ${error instanceof Error ? error.message : String(error)}`,
    );
    expect(awaited).toBe(outcome);
  });
});

describe("thenables that resolve with thenables", () => {
  test("a chain of a hundred thousand is followed to its end", { timeout: 120_000 }, async () => {
    expect(await recordOf(chain(100_000, "end"))).toEqual(["returned", "fulfilled: end"]);
  });

  test.each([1, 2, 3, 7, 100])("a circle of %i is a TypeError, and no hang", async (length) => {
    const into = chain(5, circle(length));
    for (const start of [circle(length), into]) {
      expect(await recordOf(start)).toEqual([
        "returned",
        "rejected: a thenable resolved with itself, so it never ends",
      ]);
    }
  });

  test("one that resolves with itself is a TypeError", async () => {
    expect(await new Promise((resolve, reject) => follow(itself, resolve, reject)).catch(String)).toMatch(
      /^TypeError/,
    );
  });
});

test("then is read once, and called on the thenable with two functions", async () => {
  const events: unknown[] = [];
  const counting = {
    get then() {
      events.push("read");
      return function (this: unknown, ...handlers: unknown[]) {
        events.push(this === counting, handlers.map((handler) => typeof handler).join());
        (handlers[0] as Resolve)("value");
      };
    },
  };
  expect(await recordOf(counting)).toEqual(["returned", "fulfilled: value"]);
  expect(events).toEqual(["read", true, "function,function"]);
});

test("nobody is called back inside the code that calls back", async () => {
  const events: string[] = [];
  let resolve!: Resolve;
  follow(
    thenable((one) => (resolve = one)),
    () => events.push("fulfilled"),
    () => {},
  );
  resolve(1);
  events.push("resolved");
  await microtasks();
  expect(events).toEqual(["resolved", "fulfilled"]);
});

test("a promise takes no more microtasks than with await", async () => {
  const events: string[] = [];
  const promise = Promise.resolve();
  const awaiting = async (): Promise<void> => {
    await promise;
    events.push("await");
  };
  void awaiting();
  follow(
    promise,
    () => events.push("follow"),
    () => {},
  );
  void awaiting();
  await microtasks();
  expect(events).toEqual(["await", "follow", "await"]);
});

test("promises are known where a polyfill has taken the place of the global Promise", async () => {
  const native = globalThis.Promise;
  const Polyfill = function () {} as never as new () => object;
  globalThis.Promise = Polyfill as never;
  try {
    expect([isPromise((async () => {})()), isPromise(new Polyfill())]).toEqual([true, false]);
  } finally {
    globalThis.Promise = native;
  }
});

test("thenOf() gives the function, or none; a getter that throws gives one that does", () => {
  for (const none of [undefined, null, 5, "text", Symbol("s"), {}, { then: 5 }])
    expect(thenOf(none)).toBeUndefined();
  const then = (): void => {};
  expect(thenOf({ then })).toBe(then);
  expect(thenOf(Object.assign(() => {}, { then }))).toBe(then);
  const throwing = thenOf({
    get then(): never {
      throw new Error("in the getter");
    },
  });
  expect(throwing).toThrow("in the getter");
});

describe("the questions about promises", () => {
  test("isPromise() knows promises, also of derived classes, and no other thenables", () => {
    const values = [Promise.resolve(), Derived.resolve(), thenable(() => {}), revoked(), undefined];
    expect(values.map(isPromise)).toEqual([true, true, false, false, false]);
  });

  test("isPromiseLike() knows all that can be awaited", () => {
    const throwing = Object.defineProperty({}, "then", {
      get() {
        throw new Error("in then");
      },
    });
    const values = [Promise.resolve(), thenable(() => {}), throwing, {}, { then: 5 }, null, "then"];
    expect(values.map(isPromiseLike)).toEqual([true, true, true, false, false, false, false]);
  });
});

test("a thenable that resolves with a promise takes no more microtasks than that, and its own then() is ignored", async () => {
  const events: unknown[] = [];
  const promise = Object.assign(Promise.resolve("the promise"), {
    then: (resolve: Resolve) => resolve("its own then"),
  });
  follow(
    thenable((resolve) => resolve(promise)),
    (value) => events.push(value),
    () => expect.unreachable(),
  );
  void Promise.resolve().then(() => events.push("microtask"));
  await microtasks();
  expect(events).toEqual(["the promise", "microtask"]);
});

test("follow() calls the then() that was read before, if it is given one", async () => {
  const events: unknown[] = [];
  follow(
    Promise.resolve("of the promise"),
    (value) => events.push(value),
    () => expect.unreachable(),
    (resolve) => resolve("of the given then()"),
  );
  await microtasks();
  expect(events).toEqual(["of the given then()"]);
});

test("keepThen() puts an inherited then() on the class itself, where it can be replaced", () => {
  class Base {
    then(): string {
      return "inherited";
    }
  }
  class Sub extends Base {}
  keepThen(Sub.prototype as unknown as PromiseLike<unknown>);
  expect(Object.getOwnPropertyDescriptor(Sub.prototype, "then")).toEqual({
    value: Base.prototype.then,
    writable: true,
    configurable: true,
    enumerable: false,
  });
});
