import { CalledProcessError, DEVNULL, PIPE, runProcess, STDOUT } from "@asyncio-ts/subprocess";
import { createTask, run, sleep, TaskGroup, timeout } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf, nameOf, rejectionOf } from "@asyncio-ts/testkit";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, expectTypeOf, test } from "vitest";
import { until } from "@asyncio-ts/testkit/until";
import { isAlive, runIn, text } from "./support/processes.js";

/** A file into which a script writes the numbers of its processes. */
function newFile(): string {
  return join(mkdtempSync(join(tmpdir(), "asyncio-ts-subprocess-")), "numbers");
}

/** Waits until a script has written a line of numbers, and returns them. */
async function numbersFrom(file: string): Promise<number[]> {
  let line = "";
  await until(() => {
    try {
      line = readFileSync(file, "utf8");
    } catch {
      return false;
    }
    return line.endsWith("\n");
  }, "the script has written its numbers");
  return line.trim().split(/\s+/).map(Number);
}

const posix = process.platform !== "win32";

describe.each(bothKinds)("runProcess(), in %s", (kind) => {
  test("returns the exit code and what was written", () =>
    runIn(kind, function* () {
      const script = "cat; echo problem >&2; exit 3";
      const completed = yield* awaited(runProcess("sh", ["-c", script], { input: "hello" }));
      const { returncode, stdout, stderr } = completed;
      expect([returncode, text(stdout), text(stderr)]).toEqual([3, "hello", "problem\n"]);
    }));

  test("gives the program nothing to read, unless there is input", () =>
    runIn(kind, function* () {
      expect(text((yield* awaited(runProcess("wc", ["-c"]))).stdout).trim()).toBe("0");
      expect(
        text((yield* awaited(runProcess("wc", ["-c"], { input: new Uint8Array(5) }))).stdout).trim(),
      ).toBe("5");
    }));

  test("passes its arguments on as they are", () =>
    runIn(kind, function* () {
      const args = ["$HOME", "*", "a b", "'", '"', "; exit 1", ""];
      const { stdout } = yield* awaited(runProcess("printf", ["%s\n", ...args]));
      expect(text(stdout)).toBe(`${args.join("\n")}\n`);
    }));

  test("with check throws for an exit code that is not 0", () =>
    runIn(kind, function* () {
      const args = ["-c", "echo out; echo problem >&2; exit 3"];
      const error = (yield* errorOf(runProcess("sh", args, { check: true }))) as CalledProcessError;
      expect(error).toBeInstanceOf(CalledProcessError);
      expect(error.message).toBe('sh -c "echo out; echo problem >&2; exit 3" ended with exit code 3');
      expect([error.program, error.args, error.returncode]).toEqual(["sh", args, 3]);
      expect([text(error.stdout), text(error.stderr)]).toEqual(["out\n", "problem\n"]);
      expect((yield* awaited(runProcess("true", [], { check: true }))).returncode).toBe(0);
    }));

  test.runIf(posix)("ends the program and its descendants when it is cancelled", () =>
    runIn(kind, function* () {
      const file = newFile();
      const script = `echo $$ > ${file}.own; sleep 1000 & echo $! > ${file}.new; mv ${file}.new ${file}; sleep 1000 | cat`;
      const task = createTask(runProcess("sh", ["-c", script]));
      const [descendant] = yield* awaited(numbersFrom(file));
      const [program] = yield* awaited(numbersFrom(`${file}.own`));
      task.cancel("no longer needed");
      expect(nameOf(yield* errorOf(task))).toBe("cancelled: no longer needed");
      expect([isAlive(program as number), isAlive(descendant as number)]).toEqual([false, false]);
    }),
  );

  test.runIf(posix)("kills the program and its descendants if they ignore SIGTERM", () =>
    runIn(kind, function* () {
      const file = newFile();
      const script = `trap '' TERM; sleep 1000 & echo $$ $! > ${file}; while :; do sleep 1000; done`;
      const task = createTask(runProcess("sh", ["-c", script], { killAfter: 1 }));
      const numbers = yield* awaited(numbersFrom(file));
      task.cancel();
      expect(nameOf(yield* errorOf(task))).toBe("cancelled");
      expect(numbers.map(isAlive)).toEqual([false, false]);
    }),
  );

  test.runIf(posix)("ends with a timeout around it, once the program has ended", () =>
    runIn(kind, function* () {
      const file = newFile();
      const script = `trap 'echo cleaned up >> ${file}; exit' TERM; echo 0 > ${file}; while :; do sleep 0.05; done`;
      const limit = timeout(null);
      const task = createTask(limit.with(() => runProcess("sh", ["-c", script])));
      yield* awaited(numbersFrom(file));
      limit.reschedule(0);
      expect(String(yield* errorOf(task))).toMatch(/^TimeoutError/);
      expect(readFileSync(file, "utf8")).toBe("0\ncleaned up\n");
    }),
  );

  test("that is cancelled before its first step starts nothing", () =>
    runIn(kind, function* () {
      const file = newFile();
      const task = createTask(runProcess("sh", ["-c", `echo started > ${file}`]));
      task.cancel();
      expect(nameOf(yield* errorOf(task))).toBe("cancelled");
      expect(() => readFileSync(file)).toThrow("ENOENT");
    }));

  test("throws for a program that does not exist", () =>
    runIn(kind, function* () {
      expect(String(yield* errorOf(runProcess("/no/such/program")))).toMatch(
        /^Error: can't start "\/no\/such\/program" in the folder ".*": the program does not exist$/,
      );
    }));
});

test.runIf(posix)("a cancellation that comes while the program is being ended does not end that", () =>
  run(async () => {
    const file = newFile();
    const script = `trap 'sleep 0.2; exit' TERM; echo $$ > ${file}; while :; do sleep 0.05; done`;
    const task = createTask(runProcess("sh", ["-c", script]));
    const [program] = await numbersFrom(file);
    task.cancel();
    await sleep(0);
    await sleep(0);
    task.cancel();
    expect(nameOf(await rejectionOf(task))).toBe("cancelled");
    expect(isAlive(program as number)).toBe(false);
  }),
);

test.runIf(posix)("a group that fails ends the programs of its other tasks", () =>
  run(async () => {
    const file = newFile();
    const group = new TaskGroup().with(async (tg) => {
      tg.createTask(runProcess("sh", ["-c", `echo $$ > ${file}; exec sleep 1000`]));
      await numbersFrom(file);
      throw new Error("failed");
    });
    await expect(group).rejects.toThrow("failed");
    const [program] = await numbersFrom(file);
    expect(isAlive(program as number)).toBe(false);
  }),
);

test("stdout and stderr can go elsewhere", () =>
  run(async () => {
    const script = "echo one; echo two >&2; echo three";
    const { stdout, stderr } = await runProcess("sh", ["-c", script], { stderr: STDOUT });
    expect([text(stdout), stderr]).toEqual(["one\ntwo\nthree\n", null]);
    const without = await runProcess("sh", ["-c", script], { stdout: DEVNULL });
    expect([without.stdout, text(without.stderr)]).toEqual([null, "two\n"]);
  }));

test("wrong options are refused in the call", () => {
  const junk = (options: object) => () => runProcess("true", [], options as never);
  expect(junk({ check: 1 })).toThrow("runProcess() needs check to be true or false, got 1");
  expect(junk({ input: 1 })).toThrow("runProcess() needs input that is a string or a Uint8Array, got 1");
  expect(junk({ input: "x", stdin: DEVNULL })).toThrow(
    "runProcess() got both input and stdin; leave stdin out",
  );
  expect(junk({ timeout: 5 })).toThrow(
    "runProcess() has no option timeout; write timeout(ms).with(() => …) around it",
  );
  expect(junk({ killAfter: -1 })).toThrow("runProcess() needs a killAfter of 0 milliseconds or more, got -1");
  expect(() => runProcess(5 as never)).toThrow("runProcess() needs a program that is a path");
});

test("the types of the output follow the options", () => {
  const plain = () => runProcess("x");
  expectTypeOf<Awaited<ReturnType<typeof plain>>["stdout"]>().toEqualTypeOf<Uint8Array>();
  const redirected = () => runProcess("x", [], { stdout: DEVNULL, stderr: PIPE, check: true });
  expectTypeOf<Awaited<ReturnType<typeof redirected>>["stdout"]>().toEqualTypeOf<null>();
  expectTypeOf<Awaited<ReturnType<typeof redirected>>["stderr"]>().toEqualTypeOf<Uint8Array>();
});
