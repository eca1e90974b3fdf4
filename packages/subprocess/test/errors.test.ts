import { CalledProcessError, ProcessLookupError } from "@asyncio-ts/subprocess";
import { expect, test } from "vitest";
import { commandLine, endOf } from "../src/errors.js";

test("a command is written as a person would type it", () => {
  expect(commandLine("git", ["commit", "-m", "a message", "--author=A <a@b.c>", ""])).toBe(
    'git commit -m "a message" "--author=A <a@b.c>" ""',
  );
  expect(commandLine("x", ["y".repeat(300)])).toHaveLength(201);
});

test("an end is told in words", () => {
  expect([endOf(3), endOf(-9)]).toEqual(["ended with exit code 3", "was ended by SIGKILL"]);
});

test("a failed program is told with its arguments, its end and its output", () => {
  const bytes = new Uint8Array([1]);
  const error = new CalledProcessError("git", ["push", "a b"], -15, bytes, null);
  expect(error.message).toBe('git push "a b" was ended by SIGTERM');
  expect([error.stdout, error.stderr, error.name]).toEqual([bytes, null, "CalledProcessError"]);
  expect(error instanceof ProcessLookupError).toBe(false);
});
