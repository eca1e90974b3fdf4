import { closeSync, mkdtempSync, openSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createSubprocessExec, createSubprocessShell, DEVNULL, PIPE, STDOUT } from "@asyncio-ts/subprocess";
import { createTask, run, sleep } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf, nameOf } from "@asyncio-ts/testkit";
import { describe, expect, test, vi } from "vitest";
import { children, javaScript, runIn, text } from "./support/processes.js";

const folder = (): string => realpathSync(mkdtempSync(join(tmpdir(), "asyncio-ts-subprocess-")));

describe.each(bothKinds)("createSubprocessExec() and createSubprocessShell(), in %s", (kind) => {
  test("pass arguments on as they are, and a command to the shell", () =>
    runIn(kind, function* () {
      const exec = yield* awaited(createSubprocessExec("echo", ["$0 *", ";"], { stdout: PIPE }));
      expect(text((yield* awaited(exec.communicate()))[0])).toBe("$0 * ;\n");
      const shell = yield* awaited(createSubprocessShell("echo $((6 * 7)) | cat", { stdout: PIPE }));
      expect(text((yield* awaited(shell.communicate()))[0])).toBe("42\n");
    }));

  test("start a program given by a URL", () =>
    runIn(kind, function* () {
      const [program, args] = javaScript("console.log('here')");
      const process = yield* awaited(createSubprocessExec(pathToFileURL(program), args, { stdout: PIPE }));
      expect(text((yield* awaited(process.communicate()))[0])).toBe("here\n");
    }));

  test("start it in a folder, with an environment", () =>
    runIn(kind, function* () {
      const cwd = folder();
      const env = { ...process.env, FOO: "bar", GONE: undefined };
      for (const place of [cwd, pathToFileURL(cwd)]) {
        const command = 'pwd; echo "$FOO" "${GONE-none}"';
        const shell = yield* awaited(createSubprocessShell(command, { cwd: place, env, stdout: PIPE }));
        expect(text((yield* awaited(shell.communicate()))[0])).toBe(`${cwd}\nbar none\n`);
        const args = ["-c", command];
        const exec = yield* awaited(createSubprocessExec("sh", args, { cwd: place, env, stdout: PIPE }));
        expect(text((yield* awaited(exec.communicate()))[0])).toBe(`${cwd}\nbar none\n`);
      }
    }));

  test("connect a process with nothing", () =>
    runIn(kind, function* () {
      const script = "wc -c; echo problem >&2";
      const nothing = { stdin: DEVNULL, stdout: PIPE, stderr: DEVNULL } as const;
      const process = yield* awaited(createSubprocessShell(script, nothing));
      const [stdout, stderr] = yield* awaited(process.communicate());
      expect([text(stdout).trim(), stderr, process.returncode]).toEqual(["0", null, 0]);
      const silent = { stdin: PIPE, stdout: DEVNULL, stderr: PIPE } as const;
      const other = yield* awaited(createSubprocessShell(script, silent));
      const [nil, problem] = yield* awaited(other.communicate("abc"));
      expect([nil, text(problem), other.returncode]).toEqual([null, "problem\n", 0]);
    }));

  test("connect a process with open files", () =>
    runIn(kind, function* () {
      const file = join(folder(), "file");
      writeFileSync(file, "from a file\n");
      const from = openSync(file, "r");
      const to = openSync(`${file}.out`, "w");
      try {
        const script = "cat; echo problem >&2";
        const process = yield* awaited(
          createSubprocessShell(script, { stdin: from, stdout: { fd: to }, stderr: STDOUT }),
        );
        expect(yield* awaited(process.wait())).toBe(0);
        expect(readFileSync(`${file}.out`, "utf8")).toBe("from a file\nproblem\n");
      } finally {
        closeSync(from);
        closeSync(to);
      }
    }));

  test("keep the order of what is written to stdout and stderr, if both are one pipe", () =>
    runIn(kind, function* () {
      const script = "for i in 1 2 3; do echo out $i; echo problem $i >&2; done";
      const lines = [1, 2, 3].map((i) => `out ${i}\nproblem ${i}\n`).join("");
      const options = { stdout: PIPE, stderr: STDOUT } as const;
      const exec = yield* awaited(createSubprocessExec("sh", ["-c", script], options));
      expect(exec.stderr).toBe(null);
      expect(text((yield* awaited(exec.communicate()))[0])).toBe(lines);
      const shell = yield* awaited(createSubprocessShell(script, options));
      expect(text((yield* awaited(shell.communicate()))[0])).toBe(lines);
    }));

  test("leave number, exit code and arguments as they are, if both are one pipe", () =>
    runIn(kind, function* () {
      const args = ["-c", 'printf "%s\\n" $$ "$@"; exit 7', "sh", "$HOME", "a  b", ""];
      const process = yield* awaited(createSubprocessExec("sh", args, { stdout: PIPE, stderr: STDOUT }));
      const [stdout] = yield* awaited(process.communicate());
      expect(text(stdout)).toBe(`${process.pid}\n$HOME\na  b\n\n`);
      expect(process.returncode).toBe(7);
    }));

  test("start nothing in a task that is cancelled before", () =>
    runIn(kind, function* () {
      const spawned = vi.spyOn(process, "getBuiltinModule");
      try {
        const task = createTask(createSubprocessExec("sleep", ["1000"]));
        yield* awaited(sleep(0));
        task.cancel();
        expect(nameOf(yield* errorOf(task))).toBe("cancelled");
        expect(spawned).not.toHaveBeenCalledWith("node:child_process");
      } finally {
        spawned.mockRestore();
      }
    }));
});

const missing = "/no/such/folder";

describe("a program that can't be started", () => {
  const here = process.cwd();
  test.each([
    ["a program that is not in PATH", "no-such-program", {}, here, "no folder of PATH has such a program"],
    ["a path that does not exist", "/no/such/program", {}, here, "the program does not exist"],
    ["a folder that does not exist", "sh", { cwd: missing }, missing, "the folder does not exist"],
    ["a folder that is a file", "sh", { cwd: "/etc/passwd" }, "/etc/passwd", "that is a file, not a folder"],
    ["a program without permission", "/etc/passwd", {}, here, "there is no permission to run the program"],
    ["a program that is a folder", "/etc", {}, here, "the program is a folder"],
  ] as const)("tells of %s", async (_what, program, options, where, why) => {
    const message = `can't start ${JSON.stringify(program)} in the folder ${JSON.stringify(where)}: ${why}`;
    const codes = expect.stringMatching(/^(ENOENT|EACCES|ENOTDIR)$/);
    for (const joined of [{}, { stdout: PIPE, stderr: STDOUT }] as const) {
      const starting = run(createSubprocessExec(program, [], { ...options, ...joined }));
      await expect(starting).rejects.toMatchObject({ message, cause: { code: codes } });
    }
  });

  test("tells of an interpreter that does not exist", async () => {
    const script = join(folder(), "script");
    writeFileSync(script, "#!/no/such/interpreter\n", { mode: 0o755 });
    await expect(run(createSubprocessExec(script))).rejects.toThrow(
      "the first line of the program names an interpreter that does not exist",
    );
  });

  test("tells of a folder that does not exist for a shell", async () => {
    await expect(run(createSubprocessShell("true", { cwd: missing }))).rejects.toThrow(
      `can't start a shell in the folder "${missing}": the folder does not exist`,
    );
  });

  test("passes on what else a runtime says", async () => {
    const starting = run(createSubprocessExec("sh", ["x".repeat(4_000_000)]));
    await expect(starting).rejects.toMatchObject({
      message: expect.stringMatching(/^can't start "sh" in the folder ".*": .*(E2BIG|too long)/),
      cause: { code: "E2BIG" },
    });
  });

  test.runIf(process.platform === "linux")("leaves nothing", async () => {
    const before = children();
    await expect(run(createSubprocessExec(missing, [], { stdin: PIPE, stdout: PIPE }))).rejects.toThrow();
    expect(children()).toEqual(before);
  });
});

describe("wrong arguments are refused in the call", () => {
  test.each([
    ["needs a program that is a path or the URL of a file, got 5", [5]],
    ['needs a program that is a path or the URL of a file, got ""', [""]],
    [
      "needs a program that is a path or the URL of a file, got an object of class URL",
      [new URL("http://a")],
    ],
    ['needs an array of arguments, got "-l"; put each argument in it', ["ls", "-l"]],
    ["needs an array of arguments, got an object of class Object; [] for none", ["ls", { stdout: PIPE }]],
    ["needs arguments that are strings, got 5; write String(…)", ["ls", [5]]],
    ['needs arguments that are strings, got "a\\u0000b"', ["ls", ["a\0b"]]],
    ["takes its options as an object, such as {}, got 5", ["ls", [], 5]],
  ])("createSubprocessExec() %s", (message, args) => {
    expect(() => (createSubprocessExec as (...args: unknown[]) => unknown)(...args)).toThrow(
      `createSubprocessExec() ${message}`,
    );
  });

  test.each([[["ls", "-l"]], [5], [""], ["a\0b"], [undefined]])(
    "createSubprocessShell() needs a command that is a string, not %o",
    (command) => {
      expect(() => createSubprocessShell(command as never)).toThrow(
        'createSubprocessShell() needs a command that is a string, such as "ls | wc -l", got',
      );
    },
  );
});
