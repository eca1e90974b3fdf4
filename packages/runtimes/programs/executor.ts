/** The executor's checks: what must hold for the pools of every runtime that has threads or processes. */
import { readFileSync } from "node:fs";
import { move, ProcessPoolExecutor, ThreadPoolExecutor, toThread } from "@asyncio-ts/executor";
import { gather, run, timeout } from "@asyncio-ts/task";
import { type Check, runChecks, Skip } from "./batch.js";
import type * as Work from "./executor-work.js";

type AnyPool = ThreadPoolExecutor<typeof Work> | ProcessPoolExecutor<typeof Work>;
type PoolCheck = (pool: AnyPool, kind: "thread" | "process") => Promise<string | undefined>;

const work = new URL("./executor-work.js", import.meta.url);
const kinds = { thread: ThreadPoolExecutor<typeof Work>, process: ProcessPoolExecutor<typeof Work> };
const runtime = "Deno" in globalThis ? "deno" : "Bun" in globalThis ? "bun" : "node";

/** Returns what a job returned or failed with, as text. */
async function outcome(job: PromiseLike<unknown>): Promise<string> {
  return await job.then(String, (error: Error) => `${error.name}: ${error.message}`);
}

function expect(got: string, expected: string | RegExp): string | undefined {
  const isRight = typeof expected === "string" ? got === expected : expected.test(got);
  return isRight ? undefined : `got ${got} instead of ${expected}`;
}

/** Cancels a job once it runs; returns undefined if that ends its worker. */
async function cancelRunning(pool: AnyPool, name: "spin" | "ignoreSigterm"): Promise<string | undefined> {
  const pid = await pool.submit("whoami");
  const job = pool.submit(name);
  // The job is waited for until it reports that it runs.
  await job.progress[Symbol.asyncIterator]().next();
  job.cancel();
  await outcome(job);
  await pool.shutdown();
  return pid !== process.pid && isAlive(pid) ? `process ${pid} is still alive` : undefined;
}

function isAlive(pid: number): boolean {
  try {
    // What has ended, but was not waited for yet, is there in name only.
    if (/\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"))) return false;
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const ofBoth: Readonly<Record<string, PoolCheck>> = {
  "returns values": async (pool) => expect(String(await gather(pool.map("fib", [10, 11]))), "55,89"),
  "awaits async functions": async (pool) => expect(await outcome(pool.submit("later", "a")), "a"),
  "clones maps, sets and bigints": async (pool) =>
    expect(await outcome(pool.submit("describe", new Map([["a", new Set([1n, 2n])]]))), "a: 1,2"),
  "clones arrays of numbers": async (pool) =>
    expect(await outcome(pool.submit("sum", new Float64Array([1, 2, 3]))), "6"),
  "passes errors on": async (pool) => {
    const error = await pool.submit("fail").then(
      () => undefined,
      (error: unknown) => error,
    );
    return error instanceof RangeError && error.message === "failed" && error.cause === "a cause"
      ? undefined
      : `got ${String(error)}`;
  },
  "names the functions that there are": async (pool) =>
    expect(await outcome(pool.submit("nothing" as "fail")), /there is no function nothing\(\)/),
  "refuses arguments that can't be cloned": async (pool) =>
    expect(
      await outcome(pool.submit("later", { f: () => {} })),
      /TypeError: argument 1 of later\(\).* is a function/,
    ),
  "refuses results that can't be cloned": async (pool) =>
    expect(
      await outcome(pool.submit("giveFunction")),
      /TypeError: the result of giveFunction\(\).* is a function/,
    ),
  "refuses progress that can't be cloned": async (pool) =>
    expect(
      await outcome(pool.submit("reportFunction")),
      /TypeError: the value that reportFunction\(\) reported/,
    ),
  "passes on errors that can't be cloned whole": async (pool) =>
    expect(await outcome(pool.submit("throwFunction")), "Error: carries a function"),
  "works on after what can't be cloned": async (pool) => {
    await outcome(pool.submit("giveFunction"));
    return expect(await outcome(pool.submit("fib", 10)), "55");
  },
  "reports progress": async (pool) => {
    const job = pool.submit("steps");
    const reports: unknown[] = [];
    for await (const each of job.progress) reports.push(each);
    return expect(`${reports} ${await job}`, "1,2,3 done");
  },
  "replaces a worker that exits": async (pool, kind) => {
    const message = `BrokenExecutorError: exit() was not finished: its ${kind} ended with exit code 3`;
    return (
      expect(await outcome(pool.submit("exit", 3)), message) ??
      expect(await outcome(pool.submit("fib", 10)), "55")
    );
  },
  "ends a worker that is cancelled": (pool) => cancelRunning(pool, "spin"),
  "ends a worker that takes too long": async (pool) => {
    const job = timeout(300).with(() => pool.submit("spin"));
    return expect(await outcome(job), /TimeoutError/) ?? expect(await outcome(pool.submit("fib", 10)), "55");
  },
  "refuses work once it is shut down": async (pool) => {
    await pool.shutdown();
    return expect(await outcome((async () => pool.submit("fib", 1))()), /was submitted after/);
  },
  "leaves no worker when it is shut down": async (pool) => {
    const pid = await pool.submit("whoami");
    await pool.shutdown();
    return pid !== process.pid && isAlive(pid) ? `process ${pid} is still alive` : undefined;
  },
};

const others: Readonly<Record<string, Check>> = {
  "thread: moves memory": async () => {
    await using pool = new ThreadPoolExecutor<typeof Work>(work);
    const numbers = new Float64Array([1, 2, 3]);
    const total = await pool.submit("sum", move(numbers));
    const bytes = await pool.submit("makeBytes", 10);
    return expect([total, numbers.length, bytes.length, bytes[9]].join(), "6,0,10,7");
  },
  "thread: shares memory": async () => {
    await using pool = new ThreadPoolExecutor<typeof Work>(work);
    const shared = new Int32Array(new SharedArrayBuffer(4));
    await gather([pool.submit("add", shared), pool.submit("add", shared)]);
    return expect(String(shared[0]), "2");
  },
  "thread: toThread": async () =>
    expect(String(await run(() => toThread<typeof Work, "fib">(work, "fib", 20))), "6765"),
  "process: kills a process that ignores SIGTERM": () =>
    cancelRunning(new ProcessPoolExecutor<typeof Work>(work), "ignoreSigterm"),
  "process: has an environment of its own": async () => {
    await using pool = new ProcessPoolExecutor<typeof Work>(work, { env: { ...process.env, ANSWER: "42" } });
    return expect(await outcome(pool.submit("variable", "ANSWER")), "42");
  },
  "process: the end of run() ends its job": async () => {
    let job: PromiseLike<unknown> | undefined;
    await run(async () => {
      const pool = new ProcessPoolExecutor<typeof Work>(work);
      const running = pool.submit("spin");
      job = running;
      await running.progress[Symbol.asyncIterator]().next();
    });
    return expect(await outcome(job as PromiseLike<unknown>), /^CancelledError/);
  },
};

/** Options that a runtime does not know are refused, and not ignored. */
const refused: readonly (readonly [
  kind: keyof typeof kinds,
  options: object,
  runtimes: readonly string[],
])[] = [
  ["thread", { resourceLimits: { maxOldGenerationSizeMb: 64 } }, ["bun", "deno"]],
  ["process", { resourceLimits: { maxOldGenerationSizeMb: 64 } }, ["bun", "deno"]],
  ["thread", { execArgv: ["--no-warnings"] }, ["deno"]],
  ["process", { execArgv: ["--no-warnings"] }, ["deno"]],
];

function checkOption(kind: keyof typeof kinds, options: object, runtimes: readonly string[]): Check {
  return async () => {
    const made = await outcome(
      (async () => {
        await using pool = new kinds[kind](work, options);
        return await pool.submit("fib", 10);
      })(),
    );
    return expect(made, runtimes.includes(runtime) ? /^TypeError: .* ignores/ : "55");
  };
}

/** Tells whether this program may read its environment, without which Deno starts no process. */
function hasEnvironment(): boolean {
  try {
    return process.env["PATH"] !== null;
  } catch {
    return false;
  }
}

/** Skips the checks of processes where there can be none. */
function possible([name, check]: [string, Check]): [string, Check] {
  if (!name.includes("process") || hasEnvironment()) return [name, check];
  return [name, () => Promise.reject(new Skip("Deno starts no process without its environment"))];
}

const checks: [string, Check][] = [
  ...Object.entries(kinds).flatMap(([kind, Pool]) =>
    Object.entries(ofBoth).map(([name, check]): [string, Check] => [
      `${kind}: ${name}`,
      async () => {
        await using pool = new Pool(work, { maxWorkers: 1 });
        return await check(pool, kind as keyof typeof kinds);
      },
    ]),
  ),
  ...Object.entries(others),
  ...refused.map(([kind, options, runtimes]): [string, Check] => [
    `${kind}: ${Object.keys(options).join()} works, or is refused`,
    checkOption(kind, options, runtimes),
  ]),
];
await runChecks(checks.map(possible));
