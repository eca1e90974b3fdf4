import { CancelledError, InvalidStateError, isCancelled } from "@asyncio-ts/future";
import { debug, slot } from "@asyncio-ts/future/internal";
import { assertMessage, cancellation } from "@asyncio-ts/future/lowlevel";
import { needing } from "@asyncio-ts/testkit/needing";
import { afterEach, describe, expect, test } from "vitest";

describe("the errors", () => {
  test("they are errors with their names, messages and causes", () => {
    const cause = new Error("cause");
    const cancelled = new CancelledError("message", { cause });
    expect(cancelled).toBeInstanceOf(Error);
    expect([cancelled.name, cancelled.message, cancelled.cause]).toEqual([
      "CancelledError",
      "message",
      cause,
    ]);
    expect(String(new InvalidStateError("twice"))).toBe("InvalidStateError: twice");
  });

  test("isCancelled() knows a cancellation, and nothing else", () => {
    expect(isCancelled(new CancelledError())).toBe(true);
    class Derived extends CancelledError {}
    expect(isCancelled(new Derived())).toBe(true);
    for (const other of [new Error("CancelledError"), null, undefined, "CancelledError", 5, {}]) {
      expect(isCancelled(other)).toBe(false);
    }
  });

  test("isCancelled() knows a cancellation of another installed version of the package", () => {
    const foreign = new Error("from elsewhere");
    Object.defineProperty(foreign, Symbol.for("asyncio-ts.CancelledError"), { value: true });
    expect(isCancelled(foreign)).toBe(true);
  });
});

describe("assertMessage()", () => {
  test("takes a string, or nothing", () => {
    expect([assertMessage(undefined), assertMessage(""), assertMessage("stop")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test.each<[string, unknown]>([
    ["Symbol(why)", Symbol("why")],
    ["an object of class Object", Object.create(null)],
    ["5", 5],
    ["null", null],
  ])("refuses %s.", (what, message) => {
    expect(() => assertMessage(message)).toThrow(
      new TypeError(
        `cancel() needs a string as its message, or none, got ${what}; write cancel(String(reason))`,
      ),
    );
  });
});

describe("cancellation()", () => {
  afterEach(() => {
    slot.checks = undefined;
  });

  function thisFunction(): CancelledError {
    // Not `return cancellation("stop")`, which is a tail call in some engines.
    const error = cancellation("stop");
    return error;
  }

  test("makes an error without a stack, and leaves the limit of stacks as it was", () => {
    const limit = Error.stackTraceLimit;
    const error = thisFunction();
    expect([error.name, error.message]).toEqual(["CancelledError", "stop"]);
    expect(error.stack).not.toContain("\n");
    expect(Error.stackTraceLimit).toBe(limit);
  });

  test(
    "has a first line with the message all the same",
    needing("stacks where `Error.stackTraceLimit` is 0"),
    () => {
      expect(thisFunction().stack).toBe("CancelledError: stop");
    },
  );

  test("its stack is text in engines that give such an error none, and can be set there", () => {
    const error = thisFunction();
    const { stack } = error;
    delete error.stack;
    expect(error.stack).toBe("CancelledError");
    error.stack = "of the program";
    expect([error.stack, thisFunction().stack]).toEqual(["of the program", stack]);
  });

  test.each<[string, PropertyDescriptor]>([
    ["can't be written", { value: 10, writable: false }],
    [
      "has a setter that throws",
      {
        get: () => 10,
        set() {
          throw new Error("in the setter");
        },
      },
    ],
  ])("makes an error where the limit of stacks %s.", (_, descriptor) => {
    const before = Object.getOwnPropertyDescriptor(Error, "stackTraceLimit") as PropertyDescriptor;
    Object.defineProperty(Error, "stackTraceLimit", { configurable: true, ...descriptor });
    try {
      expect(isCancelled(thisFunction())).toBe(true);
    } finally {
      Object.defineProperty(Error, "stackTraceLimit", before);
    }
  });

  test("in debug mode the stack tells who cancelled", () => {
    slot.checks = debug.checks;
    expect(thisFunction().stack).toContain("at thisFunction");
  });
});
