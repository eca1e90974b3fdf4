import {
  createSubprocessExec,
  createSubprocessShell,
  DEVNULL,
  PIPE,
  type Process,
  ProcessLookupError,
  type ProcessOf,
  STDOUT,
  type SubprocessOptions,
} from "@asyncio-ts/subprocess";
import type { StreamReader, StreamWriter } from "@asyncio-ts/streams";
import { createTask, gather, run, sleep, waitFor } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf, nameOf, rejectionOf } from "@asyncio-ts/testkit";
import { describe, expect, expectTypeOf, test, vi } from "vitest";
import { ignoresSigterm, javaScript, runIn, text, waits } from "./support/processes.js";

const posix = process.platform !== "win32";
const pipes = { stdin: PIPE, stdout: PIPE } as const;

describe.each(bothKinds)("a process, in %s", (kind) => {
  test("is written to, read from, and waited for", () =>
    runIn(kind, function* () {
      const process = yield* awaited(createSubprocessExec("cat", [], pipes));
      process.stdin.write("some data");
      yield* awaited(process.stdin.drain());
      process.stdin.close();
      expect(text(yield* awaited(process.stdout.read()))).toBe("some data");
      expect(process.returncode === null || process.returncode === 0).toBe(true);
      expect(yield* awaited(process.wait())).toBe(0);
      expect(process.returncode).toBe(0);
    }));

  test("gives its lines while it runs", () =>
    runIn(kind, function* () {
      const process = yield* awaited(createSubprocessShell("echo one; read answer; echo $answer two", pipes));
      expect(text(yield* awaited(process.stdout.readline()))).toBe("one\n");
      expect(process.returncode).toBe(null);
      process.stdin.write("and\n");
      expect(text(yield* awaited(process.stdout.readline()))).toBe("and two\n");
      expect(text(yield* awaited(process.stdout.readline()))).toBe("");
      expect(yield* awaited(process.wait())).toBe(0);
    }));

  test("has the exit code of its program", () =>
    runIn(kind, function* () {
      const process = yield* awaited(createSubprocessShell("exit 7"));
      expect(process.returncode).toBe(null);
      expect(yield* awaited(process.wait())).toBe(7);
    }));

  test.runIf(posix).each([
    ["terminate()", (process: Process) => process.terminate(), -15],
    ["kill()", (process: Process) => process.kill(), -9],
    ["sendSignal(name)", (process: Process) => process.sendSignal("SIGHUP"), -1],
    ["sendSignal(number)", (process: Process) => process.sendSignal(2), -2],
  ] as const)("that %s ends has minus the number of the signal", (_name, send, returncode) =>
    runIn(kind, function* () {
      const process = yield* awaited(createSubprocessShell(waits, { stdout: PIPE }));
      yield* awaited(process.stdout.readline());
      send(process as Process);
      expect(process.returncode).toBe(null);
      expect(yield* awaited(process.wait())).toBe(returncode);
    }),
  );

  test("that has ended gets no signal: that is an error", () =>
    runIn(kind, function* () {
      const process = yield* awaited(createSubprocessExec("true"));
      yield* awaited(process.wait());
      for (const send of ["terminate", "kill", "sendSignal"] as const) {
        expect(() => process[send]("SIGTERM")).toThrow(ProcessLookupError);
      }
      expect(() => process.kill()).toThrow(
        `<Process true with pid ${process.pid}, ended with exit code 0> can't get a signal any more`,
      );
    }));

  test("may end before a signal reaches it, and nobody is told", () =>
    runIn(kind, function* () {
      const process = yield* awaited(createSubprocessExec("true"));
      // It may have ended, but its event can't have come: this turn goes on.
      const end = Date.now() + 50;
      while (Date.now() < end);
      process.sendSignal("SIGUSR1");
      expect(yield* awaited(process.wait())).toBeLessThanOrEqual(0);
    }));

  test("can be waited for by many, also after its end", () =>
    runIn(kind, function* () {
      const process = yield* awaited(createSubprocessExec("cat", [], pipes));
      const waiting = createTask(() => gather(Array.from({ length: 3 }, () => process.wait())));
      yield* awaited(process.communicate("some data"));
      expect(yield* awaited(waiting)).toEqual([0, 0, 0]);
      expect(yield* awaited(gather(Array.from({ length: 10 }, () => process.wait())))).toEqual(
        Array.from({ length: 10 }, () => 0),
      );
    }));

  test("that has ended is waited for without a suspension", () =>
    runIn(kind, function* () {
      const process = yield* awaited(createSubprocessExec("true"));
      yield* awaited(process.wait());
      const log: string[] = [];
      const other = createTask(function* other() {
        log.push("another task");
      });
      yield* awaited(process.wait());
      log.push("waited");
      yield* awaited(other);
      expect(log).toEqual(["waited", "another task"]);
    }));

  test("wakes those who wait in their order", () =>
    runIn(kind, function* () {
      const process = yield* awaited(createSubprocessExec("cat", [], { stdin: PIPE }));
      const log: number[] = [];
      const tasks = [1, 2, 3].map((number) =>
        kind.startTask(function* () {
          yield* awaited(process.wait());
          log.push(number);
        }),
      );
      yield* awaited(sleep(0));
      process.stdin.close();
      yield* awaited(gather(tasks));
      expect(log).toEqual([1, 2, 3]);
    }));

  test("runs on when a wait for it is cancelled", () =>
    runIn(kind, function* () {
      const process = yield* awaited(createSubprocessExec("cat", [], pipes));
      const task = createTask(process.wait());
      yield* awaited(sleep(0));
      task.cancel();
      expect(nameOf(yield* errorOf(task))).toBe("cancelled");
      expect(task.cancel()).toBe(false);
      expect(String(yield* errorOf(waitFor(process.wait(), 1)))).toMatch(/^TimeoutError/);
      expect(process.returncode).toBe(null);
      expect(text((yield* awaited(process.communicate("still there")))[0])).toBe("still there");
    }));

  test("ends although nobody reads what a descendant could still write", () =>
    runIn(kind, function* () {
      const process = yield* awaited(createSubprocessShell("sleep 1000 & echo $!", { stdout: PIPE }));
      expect(yield* awaited(process.wait())).toBe(0);
      expect(Number(text(yield* awaited(process.stdout.readline())))).toBeGreaterThan(0);
      yield* awaited(process[Symbol.asyncDispose]());
    }));

  test.runIf(posix)("that is killed ends, although a descendant still has its pipe", () =>
    runIn(kind, function* () {
      const script = "sleep 1000 & echo ready; wait";
      const process = yield* awaited(createSubprocessShell(script, { stdout: PIPE }));
      yield* awaited(process.stdout.readline());
      process.kill();
      expect(yield* awaited(process.wait())).toBe(-9);
      yield* awaited(process[Symbol.asyncDispose]());
    }),
  );

  test("does not hold the pipes of another", () =>
    runIn(kind, function* () {
      const first = yield* awaited(createSubprocessExec("cat", [], pipes));
      const second = yield* awaited(createSubprocessExec("cat", [], pipes));
      expect(text((yield* awaited(first.communicate("abc")))[0])).toBe("abc");
      expect(second.returncode).toBe(null);
      expect(text((yield* awaited(second.communicate("def")))[0])).toBe("def");
    }));

  test("is read after it has ended", () =>
    runIn(kind, function* () {
      const source = 'process.stdout.write("x".repeat(64 * 4096), () => process.exit(1));';
      const process = yield* awaited(createSubprocessExec(...javaScript(source), { stdout: PIPE }));
      let length = 0;
      for (;;) {
        const bytes = yield* awaited(process.stdout.read(65_536));
        if (bytes.length === 0) break;
        length += bytes.length;
        yield* awaited(sleep(1));
      }
      expect([length, yield* awaited(process.wait())]).toEqual([64 * 4096, 1]);
    }));
});

describe.each(bothKinds)("communicate(), in %s", (kind) => {
  test("writes, reads, and waits for the end", () =>
    runIn(kind, function* () {
      const process = yield* awaited(createSubprocessExec("cat", [], pipes));
      const [stdout, stderr] = yield* awaited(process.communicate("some data"));
      expect([text(stdout), stderr, process.returncode]).toEqual(["some data", null, 0]);
    }));

  test("without input closes the pipe", () =>
    runIn(kind, function* () {
      const process = yield* awaited(createSubprocessExec("cat", [], pipes));
      const [stdout] = yield* awaited(process.communicate());
      expect([text(stdout), process.returncode]).toEqual(["", 0]);
    }));

  test("with empty input closes the pipe", () =>
    runIn(kind, function* () {
      const process = yield* awaited(createSubprocessExec("wc", ["-c"], pipes));
      expect(text((yield* awaited(process.communicate("")))[0]).trim()).toBe("0");
    }));

  test("does not block, however much goes both ways", () =>
    runIn(kind, function* () {
      const source = "process.stdin.pipe(process.stdout); process.stdin.pipe(process.stderr);";
      const options = { ...pipes, stderr: PIPE } as const;
      const process = yield* awaited(createSubprocessExec(...javaScript(source), options));
      const input = new Uint8Array(3_000_000).map((_, i) => i % 251);
      const [stdout, stderr] = yield* awaited(process.communicate(input));
      expect(Buffer.compare(stdout, input)).toBe(0);
      expect(Buffer.compare(stderr, input)).toBe(0);
    }));

  test("is not disturbed by a program that has closed its input", () =>
    runIn(kind, function* () {
      const process = yield* awaited(createSubprocessShell("exec <&-; echo done", pipes));
      const [stdout] = yield* awaited(process.communicate("x".repeat(1_000_000)));
      expect([text(stdout), process.returncode]).toEqual(["done\n", 0]);
    }));

  test("is not disturbed by a program that ends before it has read", () =>
    runIn(kind, function* () {
      const process = yield* awaited(createSubprocessExec("true", [], { stdin: PIPE }));
      expect(yield* awaited(process.communicate("x".repeat(1_000_000)))).toEqual([null, null]);
      expect(yield* awaited(process.wait())).toBe(0);
    }));

  test("reads more than the limit", () =>
    runIn(kind, function* () {
      const source = "printf %021d 0";
      const process = yield* awaited(createSubprocessShell(source, { ...pipes, limit: 10 }));
      expect(text((yield* awaited(process.communicate()))[0])).toBe("0".repeat(21));
    }));

  test("of many processes at once gives each its own", () =>
    runIn(kind, function* () {
      const outputs = Array.from({ length: 10 }, (_, i) => `foo${i}`);
      const start = kind.define(function* (output: string) {
        const process = yield* awaited(createSubprocessExec("echo", [output], { stdout: PIPE }));
        return text((yield* awaited(process.communicate()))[0]).trim();
      });
      expect(yield* awaited(gather(outputs.map((output) => start(output))))).toEqual(outputs);
    }));

  test("leaves the process alone when it is cancelled", () =>
    runIn(kind, function* () {
      const process = yield* awaited(createSubprocessShell(waits, { stdout: PIPE }));
      expect(String(yield* errorOf(waitFor(process.communicate(), 1)))).toMatch(/^TimeoutError/);
      expect(process.returncode).toBe(null);
      process.kill();
      expect(yield* awaited(process.wait())).toBe(-9);
    }));
});

test("a process that ends before it has read everything makes drain() throw", () =>
  run(async () => {
    const process = await createSubprocessShell(waits, { stdin: PIPE, stdout: PIPE });
    await process.stdout.readline();
    process.stdin.write(new Uint8Array(1_000_000));
    const draining = createTask(process.stdin.drain());
    process.kill();
    expect(await rejectionOf(draining)).toMatchObject({ code: expect.stringMatching(/EPIPE|ECONNRESET/) });
    expect(await process.wait()).toBe(-9);
  }));

test("communicate() refuses input for a process without a pipe, and input that is no data", () =>
  run(async () => {
    const process = await createSubprocessExec("true");
    expect(() => process.communicate("x")).toThrow(
      /communicate\(\) got input for <Process true .*>, whose stdin is no pipe; start it with \{ stdin: PIPE \}/,
    );
    expect(() => process.communicate(5 as never)).toThrow(
      "communicate() needs input that is a string or a Uint8Array, got 5",
    );
    await process.wait();
  }));

test("sendSignal() refuses what is no signal", () =>
  run(async () => {
    await using process = await createSubprocessExec("cat", [], { stdin: PIPE });
    for (const signal of ["SIGNOTHING", "toString", 1000, undefined]) {
      expect(() => process.sendSignal(signal as never)).toThrow(
        'sendSignal() needs the name or number of a signal, such as "SIGTERM", got',
      );
    }
    process.sendSignal("SIGCONT");
  }));

test.runIf(posix)("sendSignal() passes on that it may not, and not that the process is gone", () =>
  run(async () => {
    const process = await createSubprocessShell(waits, { stdout: PIPE });
    await process.stdout.readline();
    const kill = vi.spyOn(globalThis.process, "kill");
    const refuse = (code: string): void => {
      kill.mockImplementationOnce(() => {
        throw Object.assign(new Error(code), { code });
      });
    };
    refuse("EPERM");
    expect(() => process.sendSignal("SIGHUP")).toThrow("EPERM");
    refuse("ESRCH");
    process.sendSignal("SIGHUP");
    kill.mockRestore();
    process.kill();
    expect(await process.wait()).toBe(-9);
  }),
);

test("a process shows its program, its number and how it ended", () =>
  run(async () => {
    const process = await createSubprocessExec("cat", [], { stdin: PIPE });
    expect(String(process)).toBe(`<Process cat with pid ${process.pid}, running>`);
    process.terminate();
    await process.wait();
    expect(String(process)).toBe(`<Process cat with pid ${process.pid}, was ended by SIGTERM>`);
  }));

test("the pipes that are not asked for are null", () =>
  run(async () => {
    const process = await createSubprocessExec("true", [], { stdin: DEVNULL, stdout: DEVNULL });
    expect([process.stdin, process.stdout, process.stderr]).toEqual([null, null, null]);
    await process.wait();
  }));

test("the types of the pipes follow the options", () => {
  type Pipes<P extends Process> = [P["stdin"], P["stdout"], P["stderr"]];
  expectTypeOf<Pipes<ProcessOf<{}>>>().toEqualTypeOf<[null, null, null]>();
  expectTypeOf<Pipes<ProcessOf<{ stdin: "pipe"; stdout: "devnull"; stderr: "pipe" }>>>().toEqualTypeOf<
    [StreamWriter, null, StreamReader]
  >();
  expectTypeOf<Pipes<ProcessOf<SubprocessOptions>>>().toEqualTypeOf<
    [StreamWriter | null, StreamReader | null, StreamReader | null]
  >();
  expectTypeOf<ProcessOf<{ stdin: "pipe" }>>().toExtend<Process>();
  const start = () => createSubprocessExec("x", [], { stdout: PIPE, stderr: STDOUT });
  expectTypeOf<Awaited<ReturnType<typeof start>>["stdout"]>().toEqualTypeOf<StreamReader>();
  expectTypeOf<Awaited<ReturnType<typeof start>>["stderr"]>().toEqualTypeOf<null>();
});

test("a process that ignores SIGTERM is ended by kill()", () =>
  run(async () => {
    const process = await createSubprocessShell(ignoresSigterm, { stdout: PIPE, killAfter: 0 });
    await process.stdout.readline();
    process.terminate();
    expect(await waitFor(process.wait(), 20).catch(nameOf)).toBe("TimeoutError: timed out after 20 ms");
    process.kill();
    expect(await process.wait()).toBe(-9);
  }));
