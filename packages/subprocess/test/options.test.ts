import { createSubprocessExec, createSubprocessShell, DEVNULL, PIPE, STDOUT } from "@asyncio-ts/subprocess";
import { describe, expect, test } from "vitest";

describe.each([
  ["createSubprocessExec", (options: object) => createSubprocessExec("true", [], options)],
  ["createSubprocessShell", (options: object) => createSubprocessShell("true", options)],
] as const)("options of %s()", (name, call) => {
  test.each([
    [{ shell: true }, 'has no option shell; to run a command in a shell, write createSubprocessShell("…")'],
    [{ text: true }, "has no option text; the readers give bytes; decode them with new TextDecoder()"],
    [{ encoding: "utf8" }, "has no option encoding; the readers give bytes"],
    [{ errors: "strict" }, "has no option errors; the readers give bytes"],
    [{ universalNewlines: true }, "has no option universalNewlines; the readers give bytes"],
    [{ bufsize: 4096 }, "has no option bufsize; the readers buffer as many bytes as limit says"],
    [{ stdio: "inherit" }, "has no option stdio; write stdin, stdout and stderr"],
    [{ detached: true }, "has no option detached; write startNewSession"],
    [{ input: "x" }, "has no option input; write communicate(input)"],
    [
      { unknown: 1 },
      "has no option unknown; it takes stdin, stdout, stderr, limit, cwd, env, startNewSession",
    ],
    [
      { stdin: STDOUT },
      'needs a stdin that is PIPE, DEVNULL, null or the number of an open file, got "stdout"',
    ],
    [
      { stdout: "inherit" },
      'needs a stdout that is PIPE, DEVNULL, null or the number of an open file, got "inherit"',
    ],
    [
      { stderr: -1 },
      "needs a stderr that is PIPE, DEVNULL, STDOUT, null or the number of an open file, got -1",
    ],
    [{ stderr: { fd: "1" } }, "needs a stderr that is PIPE, DEVNULL, STDOUT, null or the number"],
    [{ limit: 0 }, "needs a limit of 1 byte or more, got 0"],
    [{ limit: "1" }, 'needs a limit of 1 byte or more, got "1"'],
    [{ cwd: 5 }, "needs a cwd that is a path or the URL of a file, got 5"],
    [
      { env: ["A=B"] },
      'needs an env such as { ...process.env, NAME: "value" }, got an object of class Array',
    ],
    [{ env: { A: 1 } }, "needs strings as values of env, got 1 for A; write String(…)"],
    [{ startNewSession: 1 }, "needs startNewSession to be true or false, got 1"],
    [{ killAfter: -1 }, "needs a killAfter of 0 milliseconds or more, got -1"],
    [{ killAfter: NaN }, "needs a killAfter of 0 milliseconds or more, got NaN"],
  ])("%o is refused with words", (options, message) => {
    expect(() => call(options)).toThrow(`${name}() ${message}`);
  });

  test("may be left undefined", () => {
    expect(() =>
      call({ shell: undefined, stdin: undefined, cwd: undefined, limit: undefined }),
    ).not.toThrow();
  });
});

test("PIPE, STDOUT and DEVNULL are different", () => {
  expect(new Set([PIPE, STDOUT, DEVNULL]).size).toBe(3);
});
