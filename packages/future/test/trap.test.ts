import { Future, type Steps } from "@asyncio-ts/future";
import { astray, slot } from "@asyncio-ts/future/internal";
import { assertTrap, type Driver, type Trap, TrapIterator } from "@asyncio-ts/future/lowlevel";
import { afterEach, describe, expect, test } from "vitest";
import { allStrays } from "../src/stray.js";

const withoutStar =
  "a coroutine used `yield` on an awaitable; write `yield*`, which also gives you its result";

class Wait extends TrapIterator<string> {
  protected override asked = false;

  suspend(_driver: Driver): boolean {
    this.assertIterated();
    return false;
  }
}

const noDriver = undefined as unknown as Driver;

describe("assertTrap()", () => {
  test("accepts traps", () => {
    expect(() => assertTrap(new Wait())).not.toThrow();
    expect(() => assertTrap(new Future()[Symbol.iterator]().next().value)).not.toThrow();
  });

  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const hostile = new Proxy(
    {},
    {
      has() {
        throw new Error("in has");
      },
    },
  );

  test.each<[string, unknown, string]>([
    ["nothing", undefined, "a coroutine used a bare `yield`; to let others run, write `yield* sleep(0)`"],
    [
      "a promise",
      Promise.resolve(),
      "a coroutine yielded a promise; write `yield* ensureFuture(promise)`, or await it in an async function",
    ],
    [
      "null",
      null,
      "a coroutine yielded null, which is no awaitable; write `yield*` and a future, task or coroutine",
    ],
    [
      "a function",
      Object.assign(() => {}, { suspend: () => false }),
      "a coroutine yielded a function, which is no awaitable; write `yield*` and a future, task or coroutine",
    ],
    ["an iterable", [], withoutStar],
    ["a future", new Future(), withoutStar],
    [
      "an object that throws when it is asked",
      hostile,
      "a coroutine yielded an object of class Object, which is no awaitable; write `yield*` and a future, task or coroutine",
    ],
  ])("says what to write instead of %s", (_, value, message) => {
    expect(() => assertTrap(value)).toThrow(new TypeError(message));
  });
});

describe("a trap in `yield*`", () => {
  function* waits(): Steps<string> {
    return yield* new Wait() as unknown as Steps<string>;
  }

  test("yields itself once, and then returns what the driver sends", () => {
    const steps = waits();
    const { done, value } = steps.next();
    expect([done, value]).toEqual([false, expect.any(Wait)]);
    expect((value as unknown as Wait).suspend(noDriver)).toBe(false);
    expect(steps.next("sent" as never)).toEqual({ done: true, value: "sent" });
  });

  test("throws what the driver throws, and a stray gets the generator's stack", () => {
    const steps = waits();
    steps.next();
    const error = astray(new Error("thrown"));
    expect(() => steps.throw(error)).toThrow(error);
    expect([allStrays().has(error), error.stack]).toEqual([false, expect.stringContaining("waits")]);
  });

  test("throws it also where no error was ever astray", () => {
    const { strays } = slot;
    slot.strays = undefined;
    const error = new Error("thrown");
    expect(() => new Wait().throw(error)).toThrow(error);
    slot.strays = strays;
  });

  test("returns when the generator is closed", () => {
    const steps = waits();
    steps.next();
    expect(steps.return("closed")).toEqual({ done: true, value: "closed" });
    expect(new Wait().return("closed")).toEqual({ done: true, value: "closed" });
  });

  test("is refused if it was yielded without the star", () => {
    expect(() => new Wait().suspend(noDriver)).toThrow(new TypeError(withoutStar));
  });
});

describe("a future in `yield*`", () => {
  afterEach(() => void (slot.checks = undefined));

  test("has the driver wait for it, and then returns its value", () => {
    const future = new Future<number>();
    const steps = future[Symbol.iterator]() as Iterator<unknown, number>;
    const waited: unknown[] = [];
    const trap = steps.next().value as Trap;
    const driver = { waitFor: (target: unknown) => waited.push(target === future) } as unknown as Driver;
    expect([trap.suspend(driver), waited]).toEqual([false, [true]]);
    expect(() => steps.next()).toThrow(
      new Error("<Future pending> is pending; wait for it with `yield* future` in a coroutine"),
    );
    future.setResult(3);
    expect(steps.next()).toEqual({ done: true, value: 3 });
  });

  test("gives a cancellation that is astray the generator's stack", () => {
    const error = new Error("cancelled");
    allStrays().addCancellation(error);
    const future = new Future<number>();
    function* awaitsHere(): Generator<unknown, number> {
      return yield* future;
    }
    const steps = awaitsHere();
    steps.next();
    future.setException(error);
    expect(() => steps.next()).toThrow(error);
    expect([allStrays().has(error), error.stack]).toEqual([false, expect.stringContaining("awaitsHere")]);
  });
});
