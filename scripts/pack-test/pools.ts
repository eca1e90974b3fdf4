// Both kinds of pool, and what must not stop them. The program has to end by itself.
import { pathToFileURL } from "node:url";
import { type PoolExecutor, ProcessPoolExecutor, ThreadPoolExecutor, toThread } from "@asyncio-ts/executor";
import { gather, run, timeout } from "@asyncio-ts/task";
import type * as Work from "./work.js";

const work = pathToFileURL("work.js");

async function main(): Promise<unknown[]> {
  return [
    ...(await outcomesOf("thread", new ThreadPoolExecutor<typeof Work>(work, { maxWorkers: 2 }))),
    ...(await outcomesOf("process", new ProcessPoolExecutor<typeof Work>(work, { maxWorkers: 2 }))),
    await outcome(toThread<typeof Work>(work, "fib", 13)),
  ];
}

async function outcomesOf(kind: "thread" | "process", pool: PoolExecutor<typeof Work>): Promise<unknown[]> {
  const { pid } = await pool.submit("whoami");
  const ticks: number[] = [];
  const ticking = setInterval(() => ticks.push(1), 5);
  const outcomes: unknown[] = [
    await outcome(gather(pool.map("fib", [10, 11, 12]))),
    await outcome(pool.submit("later", "async")),
    await outcome(pool.submit("fail")),
    // @ts-expect-error: there is no such function
    (await outcome(pool.submit("fibb"))).replace(/ in .*;/, ";"),
    await outcome(pool.submit("exit", 3)),
    (await outcome(timeout(300).with(() => pool.submit("spin")))).replace(/ in Task .*/, ""),
  ];
  clearInterval(ticking);
  if (ticks.length === 0) outcomes.push("no tick while a worker was busy");
  const job = pool.submit("steps");
  const steps: unknown[] = [];
  for await (const step of job.progress) steps.push(step);
  outcomes.push(steps.join(), await outcome(job));
  if (kind === "process") {
    const target = await pool.submit("whoami");
    const victims = [pool.submit("spin"), pool.submit("spin")];
    process.kill(target.pid, "SIGKILL");
    outcomes.push(await outcome(Promise.race(victims)));
    for (const victim of victims) victim.cancel();
  }
  await pool.shutdown();
  const refused = await outcome((async () => await pool.submit("fib", 1))());
  outcomes.push(refused.replace(/after \w+ of .*/, "after the pool had been shut down"));
  outcomes.push(pool.statistics().workers);
  if (kind === "process" && isAlive(pid)) outcomes.push("a process is left");
  return outcomes;
}

async function outcome(job: PromiseLike<unknown>): Promise<string> {
  return await job.then(String, (error: Error) => `${error.constructor.name}: ${error.message}`);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const expectedOf = (kind: string, ...killed: string[]): unknown[] => [
  "55,89,144",
  "async",
  "RangeError: failed",
  "TypeError: there is no function fibb(); its functions: exit, fail, fib, later, spin, steps, whoami",
  `BrokenExecutorError: exit() was not finished: its ${kind} ended with exit code 3`,
  "TimeoutError: timed out after 300 ms",
  "1,2,3",
  "done",
  ...killed,
  "Error: fib() was submitted after the pool had been shut down",
  0,
];
const expected = [
  ...expectedOf("thread"),
  ...expectedOf("process", "BrokenExecutorError: spin() was not finished: its process was killed by SIGKILL"),
  "233",
];
void run(main).then((got) => {
  const different = got.filter((result, i) => result !== expected[i]);
  console.log(different.length === 0 && got.length === expected.length ? "ok" : different);
});
