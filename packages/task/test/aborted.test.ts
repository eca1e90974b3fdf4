import { CancelledError } from "@asyncio-ts/future";
import { expect, test } from "vitest";
import { becauseOf, isCausedBy } from "../src/aborted.js";

class CanceledError extends Error {
  override name = "CanceledError";
}

const reason = new CancelledError("enough");
const { signal } = ((): AbortController => {
  const controller = new AbortController();
  controller.abort(reason);
  return controller;
})();

/** Returns an error that has the reason of the signal as the cause of its cause, and so on. */
function wrapped(times: number): unknown {
  let error: unknown = reason;
  for (let count = 0; count < times; count++) error = new Error("wrapped", { cause: error });
  return error;
}

test("the reason of the signal is found among nine causes, and not looked for any further", () => {
  expect([0, 1, 9, 10].map((times) => isCausedBy(signal, wrapped(times)))).toEqual([true, true, true, false]);
});

test("an error that is its own cause is looked at, and the search ends", () => {
  const own = new Error("own");
  own.cause = own;
  expect(isCausedBy(signal, own)).toBe(false);
});

test("what is no object has neither a name nor a cause, even if it is the class of such an error", () => {
  const named = Object.assign(() => {}, { cause: reason });
  expect(
    [CanceledError, named, "CanceledError", null, undefined].map((it) => isCausedBy(signal, it)),
  ).toEqual([false, false, false, false, false]);
  expect(isCausedBy(signal, new CanceledError())).toBe(true);
});

test("an error that can't be read is of another kind", () => {
  const hostile = {
    get name(): string {
      throw new Error("no name");
    },
    get cause(): unknown {
      throw new Error("no cause");
    },
  };
  expect(isCausedBy(signal, hostile)).toBe(false);
});

test("the reason stands for itself, and for an AbortError, which says no more", () => {
  const cancelled = new CancelledError("enough");
  expect(becauseOf(cancelled, cancelled)).toBe(cancelled);
  expect(becauseOf(cancelled, new DOMException("stopped", "AbortError"))).toBe(cancelled);
  expect(cancelled.cause).toBe(undefined);
});

test("the reason gets the first error as its cause, and each later one has a cancellation of its own", () => {
  const cancelled = new CancelledError("enough");
  const [first, second] = [new CanceledError("first"), new CanceledError("second")];
  expect(becauseOf(cancelled, first)).toBe(cancelled);
  const another = becauseOf(cancelled, second);
  expect(another).not.toBe(cancelled);
  expect([cancelled.cause, another.cause, another.message]).toEqual([first, second, "enough"]);
});

test("an error that was caused by the reason is not the cause of it", () => {
  const cancelled = new CancelledError("enough");
  const error = new Error("wrapped", { cause: cancelled });
  const another = becauseOf(cancelled, error);
  expect(another).toBeInstanceOf(CancelledError);
  expect([cancelled.cause, another.cause]).toEqual([undefined, error]);
});
