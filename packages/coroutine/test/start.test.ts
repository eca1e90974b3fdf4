import { Coroutine, coroutine } from "@asyncio-ts/coroutine";
import { isNativeGenerator, unwrapReturned } from "@asyncio-ts/coroutine/internal";
import { Future, type Steps } from "@asyncio-ts/future";
import type { Driver } from "@asyncio-ts/future/lowlevel";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { begin } from "../src/start.js";

function* steps(): Steps<string> {
  return "result";
}

const outside = { awaiter: undefined };
const done = new Future<string>();
done.setResult("result");
const thenable = {
  // oxlint-disable-next-line unicorn/no-thenable -- what is tested
  then() {},
};

describe("unwrapReturned()", () => {
  test("returns what is no coroutine object as it is", () => {
    const foreign: unknown = runInNewContext("(function* () {})()");
    const promise = Promise.resolve();
    for (const each of [undefined, null, 5, "text", {}, done, thenable, promise, steps(), foreign, steps]) {
      expect(unwrapReturned(outside, each)).toBe(each);
    }
  });

  test("unwraps coroutine objects that return coroutine objects, to what the innermost returns", async () => {
    const outer = coroutine(() => coroutine(() => coroutine(steps)())());
    const unwrapped = unwrapReturned(outside, outer());
    expect(isNativeGenerator(unwrapped)).toBe(true);
    expect([...(unwrapped as Steps<string>)]).toEqual([]);
    expect(unwrapReturned(outside, coroutine(async () => "result")())).toBeInstanceOf(Promise);
  });

  test("calls the function of a coroutine object without arguments", () => {
    const counting = (...args: unknown[]): number => args.length;
    expect(unwrapReturned(outside, new Coroutine(counting))).toBe(0);
  });

  test("refuses an async generator, and says what to write", () => {
    const generator = (async function* () {})();
    expect(() => unwrapReturned(outside, generator)).toThrow(
      new TypeError(
        "an async generator is no coroutine; use `async () => …` or `function* () { … }` instead",
      ),
    );
  });

  test("asks an object that throws for nothing", () => {
    const fail = (): never => {
      throw new Error("asked");
    };
    const hostile = new Proxy({}, { get: fail, has: fail, getPrototypeOf: fail });
    expect(unwrapReturned(outside, hostile)).toBe(hostile);
  });
});

describe("begin()", () => {
  /** Begins a body, and returns what the driver was told, and whether it goes on at once. */
  function begun(body: Parameters<typeof begin>[1]): unknown[] {
    const told: unknown[] = [];
    const driver = {
      awaiter: undefined,
      enter: (generator: object) => told.push("enter", isNativeGenerator(generator)),
      attach: (...args: unknown[]) => told.push("attach", ...args),
    };
    return [begin(driver as unknown as Driver, body, []), ...told];
  }

  test("has the driver enter generators, and go on at once", () => {
    expect(begun(steps())).toEqual([true, "enter", true]);
    expect(begun(steps)).toEqual([true, "enter", true]);
    expect(begun(() => steps())).toEqual([true, "enter", true]);
    expect(begun(() => coroutine(steps)())).toEqual([true, "enter", true]);
  });

  test("has it enter the iterator of a future, which need not suspend", () => {
    expect(begun(() => done)).toEqual([true, "enter", false]);
  });

  test("has it enter a generator of its own for a value", () => {
    expect(begun(() => "value")).toEqual([true, "enter", true]);
  });

  test("has it wait for promises and other thenables", () => {
    const promise = Promise.resolve();
    expect(begun(() => promise)).toEqual([false, "attach", promise]);
    expect(begun(() => thenable)).toEqual([false, "attach", thenable, thenable.then]);
  });
});
