/**
 * Chaos: processes that are started and cancelled at random moments, which a seed repeats.
 *
 * Each task does one thing with one process: runs it to its end, communicates, reads, waits, leaves it to
 * the run, or has it in a block. It is cancelled after a random number of turns or milliseconds, once or twice,
 * or not at all. Then this holds, or `chaos` throws:
 *   - each task has ended, with its own result if nobody cancelled it
 *   - when the run has ended, this process has no child, not even a zombie, and no more open files than before
 *   - no process of any group is left
 */
import {
  createSubprocessExec,
  createSubprocessShell,
  DEVNULL,
  PIPE,
  runProcess,
} from "@asyncio-ts/subprocess";
import { isCancelled } from "@asyncio-ts/future";
import { createTask, run, sleep, type Task } from "@asyncio-ts/task";
import { type Kind, RandomNumbers } from "@asyncio-ts/testkit";
import { isGroupAlive } from "../../src/group.js";
import { awaited, type Program } from "@asyncio-ts/testkit";
import { text } from "./processes.js";

const SCRIPTS = [
  "exit 0",
  "echo done",
  "sleep 0.01; echo done",
  "exec sleep 1000",
  "sleep 1000 & sleep 1000",
  "sleep 1000 | cat",
  "trap '' TERM; sleep 1000 & while :; do sleep 1000; done",
  "trap 'kill $!; echo done; exit' TERM; sleep 1000 & wait",
  "head -c 300000 /dev/zero",
  "cat",
  "exec <&-; exec sleep 1000",
  "kill -9 $$",
] as const;

const INPUT = "x".repeat(100_000);
const all = { stdin: PIPE, stdout: PIPE, stderr: PIPE, killAfter: 20 } as const;

type Numbers = Set<number>;

/** What a task may do with a process: each is written once for both kinds of coroutine. */
const DEEDS: Readonly<Record<string, (script: string, numbers: Numbers) => Program<unknown>>> = {
  *run(script, numbers) {
    const marked = `echo $$ >&2; ${script}`;
    const { stderr } = yield* awaited(
      runProcess("sh", ["-c", marked], { input: INPUT, killAfter: 20, stdout: DEVNULL }),
    );
    numbers.add(Number.parseInt(text(stderr), 10));
  },
  *communicate(script, numbers) {
    const process = yield* awaited(createSubprocessShell(script, all));
    numbers.add(process.pid);
    yield* awaited(process.communicate(INPUT));
  },
  *read(script, numbers) {
    const process = yield* awaited(createSubprocessExec("sh", ["-c", script], all));
    numbers.add(process.pid);
    yield* awaited(process.stdout.read(10));
    if (process.returncode === null) process.kill();
    yield* awaited(process.wait());
  },
  *wait(script, numbers) {
    const process = yield* awaited(createSubprocessShell(script, { killAfter: 20, stdout: DEVNULL }));
    numbers.add(process.pid);
    yield* awaited(process.wait());
  },
  *leave(script, numbers) {
    const process = yield* awaited(createSubprocessShell(script, all));
    numbers.add(process.pid);
  },
  *dispose(script, numbers) {
    const process = yield* awaited(createSubprocessShell(script, all));
    numbers.add(process.pid);
    try {
      yield* awaited(process.wait());
    } finally {
      yield* awaited(process[Symbol.asyncDispose]());
    }
  },
};

/** One run with that many processes. Throws an error that names what does not hold. */
export async function chaos(kinds: readonly Kind[], seed: number, processes: number): Promise<void> {
  const random = new RandomNumbers(seed);
  const numbers: Numbers = new Set();
  const log: string[] = [];
  await run(async () => {
    const tasks: Task<unknown>[] = [];
    for (let i = 0; i < processes; i++) {
      const deed = random.oneOf(Object.keys(DEEDS));
      const script = random.oneOf(SCRIPTS);
      log.push(`${i} ${deed} ${script}`);
      const program = DEEDS[deed] as (typeof DEEDS)[string];
      const kind = random.oneOf(kinds);
      tasks.push(kind.startTask(() => program(script, numbers)));
      await disturb(tasks, random);
      // As many at a time as a machine can bear.
      if (tasks.filter((task) => !task.done()).length > 20) await cancelAll(tasks, random);
    }
    await cancelAll(tasks, random);
    for (const [i, task] of tasks.entries()) check(task, `${log[i]}`);
  });
  for (const number of numbers) {
    if (isGroupAlive(number)) throw new Error(`group ${number} is left, of: ${log.join(", ")}`);
  }
}

async function disturb(tasks: readonly Task<unknown>[], random: RandomNumbers): Promise<void> {
  if (random.oneIn(2)) random.oneOf(tasks).cancel();
  const turns = random.below(6);
  for (let i = 0; i < turns; i++) await sleep(random.oneOf([0, 0, 0, 1, 3]));
}

/** Cancels all tasks, some of them twice, and waits for them. */
async function cancelAll(tasks: readonly Task<unknown>[], random: RandomNumbers): Promise<void> {
  for (const task of tasks) task.cancel();
  await sleep(random.below(3));
  for (const task of tasks) if (random.oneIn(3)) task.cancel();
  for (const task of tasks) await createTask(() => task).catch(() => {});
}

function check(task: Task<unknown>, what: string): void {
  if (!task.done()) throw new Error(`${task} is left: ${what}`);
  if (task.cancelled()) return;
  const error = task.exception();
  if (error !== undefined && !isCancelled(error)) {
    throw new Error(`${task} has failed: ${what}`, { cause: error });
  }
}
