import { DeadlockError, KeyboardInterrupt, TimeoutError } from "@asyncio-ts/task";
import { expect, test } from "vitest";

test("the errors have their names, and are errors", () => {
  const errors = [new TimeoutError("t"), new KeyboardInterrupt("SIGINT"), new DeadlockError("  * task")];
  expect(errors.map(String)).toEqual([
    "TimeoutError: t",
    "KeyboardInterrupt: interrupted by SIGINT",
    "DeadlockError: nothing is left that could wake these tasks:\n  * task",
  ]);
  expect(errors.every((error) => error instanceof Error)).toBe(true);
});

test("a TimeoutError keeps its cause", () => {
  const cause = new Error("cause");
  expect(new TimeoutError("t", { cause }).cause).toBe(cause);
});

test("the stack of a KeyboardInterrupt is its name and message, since its place says nothing", () => {
  expect(new KeyboardInterrupt("SIGINT").stack).toBe("KeyboardInterrupt: interrupted by SIGINT");
});
