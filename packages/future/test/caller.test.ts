import { atCallOf } from "@asyncio-ts/future/lowlevel";
import { afterEach, expect, test } from "vitest";

const { captureStackTrace, prepareStackTrace } = Error;

afterEach(() => {
  Error.captureStackTrace = captureStackTrace;
  Error.prepareStackTrace = prepareStackTrace;
});

// Each has a result of its own: where an engine has tail calls, `return check()` would not be on the stack.
function check(): Error {
  const error = atCallOf(publicFunction, new Error("wrong"));
  return error;
}
function publicFunction(): Error {
  const error = check();
  return error;
}
function caller(): Error {
  const error = publicFunction();
  return error;
}

test("an error begins with the caller of the public function", () => {
  const [first, frame] = (caller().stack ?? "").split("\n");
  expect(first).toBe("Error: wrong");
  expect(frame).toMatch(/at caller .*caller\.test\.ts/);
});

test("an error stays as it is where the runtime can't capture a stack", () => {
  Object.defineProperty(Error, "captureStackTrace", { configurable: true, value: undefined, writable: true });
  const error = caller();
  Error.captureStackTrace = captureStackTrace;
  expect(error.stack).toMatch(/at check .*\n.*at publicFunction .*\n.*at caller /);
});

test("an error is thrown all the same if the program's own formatter of stacks throws", () => {
  Error.prepareStackTrace = () => {
    throw new Error("in prepareStackTrace");
  };
  expect(caller().message).toBe("wrong");
});
