import { createSubprocessExec, createSubprocessShell, PIPE, type Process } from "@asyncio-ts/subprocess";
import { Future } from "@asyncio-ts/future";
import { getRunningLoop, newEventLoop } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { createTask, DeadlockError, run, Runner, sleep } from "@asyncio-ts/task";
import { awaited, bothKinds, nameOf, rejectionOf } from "@asyncio-ts/testkit";
import { describe, expect, test } from "vitest";
import { until } from "@asyncio-ts/testkit/until";
import {
  hasDescendants,
  ignoresSigterm,
  isAlive,
  numbersIn,
  openPipes,
  runIn,
  text,
} from "./support/processes.js";

const posix = process.platform !== "win32";

/** Starts a script with two descendants; returns the numbers of all three. */
async function startFamily(): Promise<number[]> {
  const process = await createSubprocessShell(hasDescendants, { stdout: PIPE });
  return [process.pid, ...numbersIn(await process.stdout.readline())];
}

describe.runIf(posix)("the end of a run", () => {
  test.each(bothKinds)("ends what is left, with its descendants, in %s", async (kind) => {
    let family: number[] = [];
    await runIn(kind, function* () {
      family = yield* awaited(createTask(startFamily));
      expect(family.map(isAlive)).toEqual([true, true, true]);
    });
    expect(family.map(isAlive)).toEqual([false, false, false]);
  });

  test("kills what ignores that", async () => {
    const left = await run(async () => {
      const options = { stdout: PIPE, killAfter: 1 } as const;
      const process = await createSubprocessShell(ignoresSigterm, options);
      await process.stdout.readline();
      return process;
    });
    expect([left.returncode, isAlive(left.pid)]).toEqual([-9, false]);
  });

  test("comes after the tasks have cleaned up, which may end their processes themselves", async () => {
    const log: string[] = [];
    await run(async () => {
      const process = await createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE });
      createTask(async () => {
        try {
          await sleep(60_000);
        } finally {
          const [rest] = await process.communicate("good bye");
          log.push(text(rest), String(process.returncode));
        }
      });
      await sleep(0);
    });
    expect(log).toEqual(["good bye", "0"]);
  });

  test("comes also if the main task fails", async () => {
    let family: number[] = [];
    const running = run(async () => {
      family = await startFamily();
      throw new Error("failed");
    });
    await expect(running).rejects.toThrow("failed");
    expect(family.map(isAlive)).toEqual([false, false, false]);
  });

  test("of a Runner comes when it is closed", async () => {
    const runner = new Runner();
    const family = await runner.run(startFamily);
    expect(family.map(isAlive)).toEqual([true, true, true]);
    await runner.close();
    expect(family.map(isAlive)).toEqual([false, false, false]);
  });

  test("ends descendants of a process that has ended itself", async () => {
    const left = await run(async () => {
      const process = await createSubprocessShell("sleep 1000 >/dev/null & echo $!", { stdout: PIPE });
      const [descendant] = numbersIn(await process.stdout.readline());
      expect(await process.wait()).toBe(0);
      return descendant as number;
    });
    expect(isAlive(left)).toBe(false);
  });
});

test.runIf(posix)(
  "a loop forgets a process when its last descendant has ended, and its pipes are closed",
  () =>
    run(async () => {
      const { toEnd } = partsOf(getRunningLoop()).shutdown;
      const script = "sleep 1000 </dev/null >/dev/null 2>&1 & echo $!";
      const process = await createSubprocessShell(script, { stdout: PIPE });
      const [stdout] = await process.communicate();
      const [descendant] = numbersIn(stdout as Uint8Array) as [number];
      expect([process.returncode, toEnd.size, isAlive(descendant)]).toEqual([0, 1, true]);
      globalThis.process.kill(descendant, "SIGKILL");
      await until(() => toEnd.size === 0, "the process is forgotten");
      expect(isAlive(descendant)).toBe(false);
    }),
);

test.runIf(posix)("a loop that is closed asks its processes to end", async () => {
  const loop = newEventLoop();
  const family = await loop.runUntilComplete(() => startFamily());
  loop.close();
  await until(() => !family.some(isAlive), "the processes have ended");
});

describe.runIf(posix)("await using", () => {
  test.each(bothKinds)("ends the process and its descendants with its block, in %s", (kind) =>
    runIn(kind, function* () {
      let family: number[] = [];
      yield* awaited(
        createTask(async () => {
          await using process = await createSubprocessShell(hasDescendants, { stdout: PIPE });
          family = [process.pid, ...numbersIn(await process.stdout.readline())];
          expect(family.map(isAlive)).toEqual([true, true, true]);
        }),
      );
      expect(family.map(isAlive)).toEqual([false, false, false]);
    }),
  );

  test("waits for the end although its task is cancelled", () =>
    run(async () => {
      let left: Process | undefined;
      const log: string[] = [];
      const task = createTask(async () => {
        await using process = await createSubprocessShell(
          "trap 'sleep 0.1; exit 5' TERM; echo ready; while :; do sleep 0.05; done",
          { stdout: PIPE },
        );
        left = process;
        await process.stdout.readline();
        log.push("leaves the block");
      });
      await until(() => log.length > 0, "the task leaves its block");
      task.cancel();
      // It had nothing else to wait for: the cancellation had no effect.
      await task.catch((error) => log.push(nameOf(error)));
      expect([left?.returncode, isAlive(left?.pid as number)]).toEqual([5, false]);
      expect(log[0]).toBe("leaves the block");
    }));

  test.runIf(process.platform === "linux")(
    "closes pipes that nobody has read, and that others keep open",
    () =>
      run(async () => {
        // What a runtime opens for its first process stays.
        await using first = await createSubprocessExec("true", [], {
          stdin: PIPE,
          stdout: PIPE,
          stderr: PIPE,
        });
        await first[Symbol.asyncDispose]();
        const before = new Set(openPipes());
        const process = await createSubprocessShell("printf %0999d 0; sleep 1000 & echo $! >&2; read line", {
          stdin: PIPE,
          stdout: PIPE,
          stderr: PIPE,
          limit: 64,
          startNewSession: false,
        });
        const [descendant] = numbersIn(await process.stderr.readline());
        const pipes = openPipes().filter((pipe) => !before.has(pipe));
        expect(pipes.length).toBeGreaterThanOrEqual(3);
        process.stdin.write("end\n");
        await process.wait();
        await process[Symbol.asyncDispose]();
        await until(() => !openPipes().some((pipe) => pipes.includes(pipe)), "the pipes are closed");
        globalThis.process.kill(descendant as number, "SIGKILL");
      }),
  );

  test("never kills with killAfter: Infinity", () =>
    run(async () => {
      const script = "trap 'read line; exit 5' TERM; echo ready; while :; do sleep 0.05; done";
      const options = { stdin: PIPE, stdout: PIPE, killAfter: Infinity } as const;
      const process = await createSubprocessShell(script, options);
      await process.stdout.readline();
      const ending = createTask(() => process[Symbol.asyncDispose]());
      await sleep(0);
      process.stdin.write("go\n");
      await ending;
      expect(process.returncode).toBe(5);
    }));

  test("of a process that has ended does nothing, and may come twice", () =>
    run(async () => {
      const process = await createSubprocessExec("true");
      expect(await process.wait()).toBe(0);
      await process[Symbol.asyncDispose]();
      await process[Symbol.asyncDispose]();
      expect(process.returncode).toBe(0);
    }));
});

describe.runIf(posix)("a process in the session of this one", () => {
  test("leads no group, and is ended alone", () =>
    run(async () => {
      const options = { stdout: PIPE, startNewSession: false } as const;
      const process = await createSubprocessShell("sleep 1000 >/dev/null & echo $!; wait", options);
      const [descendant] = numbersIn(await process.stdout.readline());
      await process[Symbol.asyncDispose]();
      expect([isAlive(process.pid), isAlive(descendant as number)]).toEqual([false, true]);
      globalThis.process.kill(descendant as number, "SIGKILL");
    }));

  test.each([
    [true, true],
    [false, false],
    [undefined, true],
  ])("with startNewSession: %o leads a group of its own: %o", (startNewSession, leads) =>
    run(async () => {
      const options = { stdout: PIPE, ...(startNewSession !== undefined && { startNewSession }) } as const;
      const process = await createSubprocessShell("ps -o pgid= -p $$", options);
      const [stdout] = await process.communicate();
      expect(Number(text(stdout)) === process.pid).toBe(leads);
    }),
  );
});

test("a process that runs is something to wait for: no deadlock is reported", () =>
  run(async () => {
    const process = await createSubprocessShell("sleep 0.3; exit 4");
    expect(await process.wait()).toBe(4);
  }));

test("nor in a virtual loop, where a wait for nothing is one", async () => {
  const main = async (): Promise<number> => {
    const process = await createSubprocessShell("sleep 0.3; exit 4");
    return await process.wait();
  };
  expect(await run(main, { loopFactory: virtualLoop })).toBe(4);
  const stuck = run(() => new Future(), { loopFactory: virtualLoop });
  expect(await rejectionOf(stuck)).toBeInstanceOf(DeadlockError);
});

describe.runIf(posix)("a child in a worker of a pool", () => {
  test("is told to the pool, as a group, until it is gone", async () => {
    const told: unknown[] = [];
    const key = Symbol.for("asyncio-ts.executor");
    const globals = globalThis as { [key]?: unknown };
    const before = globals[key];
    globals[key] = { child: (target: number, alive: boolean) => told.push([target, alive]) };
    try {
      const pid = await run(async () => {
        const process = await createSubprocessExec("true");
        await process.wait();
        return process.pid;
      });
      expect(told).toEqual([
        [-pid, true],
        [-pid, false],
      ]);
    } finally {
      globals[key] = before;
    }
  });
});
