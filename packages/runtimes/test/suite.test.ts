import { expect, test } from "vitest";
import { compare } from "../src/suite.js";

const printed = { stdout: "a\n", stderr: "", exitCode: 0, timedOut: false };

test("a program passes that prints and ends as it must", () => {
  expect(compare("x", printed, { prints: "a\n" })).toEqual({ name: "x", status: "passed" });
  const interrupted = { ...printed, stderr: "KeyboardInterrupt: SIGINT\n", exitCode: 130 };
  const expected = { prints: "a\n", exitCode: 130, errors: /^KeyboardInterrupt/ };
  expect(compare("x", interrupted, expected).status).toBe("passed");
});

test.each([
  [{ stdout: "b\n" }, 'printed "b\\n" instead of "a\\n"'],
  [{ exitCode: 1 }, "ended with exit code 1 instead of 0"],
  [{ stderr: "warning\n" }, "wrote to stderr: warning"],
  [{ timedOut: true, exitCode: undefined }, "it hangs"],
])("what is wrong with %o is said", (different, detail) => {
  const outcome = compare("x", { ...printed, ...different }, { prints: "a\n" });
  expect(outcome).toEqual({ name: "x", status: "failed", detail });
});
