import { CancelledError, InvalidStateError, isCancelled } from "@asyncio-ts/future";
import { ambient, cancellation, checks } from "@asyncio-ts/future/ambient";
import { afterEach, describe, expect, test } from "vitest";

describe("the errors", () => {
  test("they are errors with their names, messages and causes.", () => {
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

  test("isCancelled() knows a cancellation, and nothing else.", () => {
    expect(isCancelled(new CancelledError())).toBe(true);
    class Derived extends CancelledError {}
    expect(isCancelled(new Derived())).toBe(true);
    for (const other of [new Error("CancelledError"), null, undefined, "CancelledError", 5, {}]) {
      expect(isCancelled(other)).toBe(false);
    }
  });

  test("isCancelled() knows a cancellation of another installed version of the package.", () => {
    const foreign = new Error("from elsewhere");
    Object.defineProperty(foreign, Symbol.for("asyncio-ts.CancelledError"), { value: true });
    expect(isCancelled(foreign)).toBe(true);
  });
});

describe("cancellation()", () => {
  afterEach(() => {
    ambient.checks = undefined;
  });

  function thisFunction(): CancelledError {
    return cancellation("stop");
  }

  test("makes an error without a stack, and leaves the limit of stacks as it was.", () => {
    const limit = Error.stackTraceLimit;
    const error = thisFunction();
    expect([error.name, error.message]).toEqual(["CancelledError", "stop"]);
    expect(error.stack).toBe("CancelledError: stop");
    expect(Error.stackTraceLimit).toBe(limit);
  });

  test("in debug mode the stack tells who cancelled.", () => {
    ambient.checks = checks;
    expect(thisFunction().stack).toContain("at thisFunction");
  });
});
