// What a stranger gets: packs the libraries, installs the tarballs with npm into empty folders, and uses them there.
// Run by `pnpm check`, after a build.
import { execFileSync, execSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const libraries = ["future", "coroutine", "loop", "task", "sync", "executor"];
const root = join(import.meta.dirname, "..");
const { version: typescript } = createRequire(import.meta.url)("typescript/package.json");
const work = mkdtempSync(join(tmpdir(), "asyncio-ts-pack-"));
let failures = 0;

async function check(name, body) {
  try {
    await body();
    console.log(`pass  ${name}`);
  } catch (error) {
    failures += 1;
    const output = [error.stdout, error.stderr].filter(Boolean).join("\n").trim();
    console.log(`FAIL  ${name}\n${(output || String(error.stack ?? error)).replace(/^/gm, "      ")}`);
  }
}

function expect(condition, message) {
  if (!condition) throw new Error(message);
}

function shell(command, cwd) {
  return execSync(command, { cwd, encoding: "utf8", stdio: "pipe" });
}

/** Runs a program of the folder, and expects it to print nothing but "ok". */
function runs(folder, file, source) {
  writeFileSync(join(folder, file), source);
  const output = execFileSync(process.execPath, [file], {
    cwd: folder,
    encoding: "utf8",
    stdio: "pipe",
    timeout: 300_000, // only for what hangs
  });
  expect(output === "ok\n", `${file} printed ${JSON.stringify(output)} instead of "ok"`);
}

function compiles(folder, file, compilerOptions) {
  const config = {
    compilerOptions: {
      target: "ES2022",
      strict: true,
      exactOptionalPropertyTypes: true,
      types: [],
      noEmit: true,
      ...compilerOptions,
    },
    files: [file],
  };
  const name = `tsconfig.${compilerOptions.moduleResolution}.${file}.json`;
  writeFileSync(join(folder, name), JSON.stringify(config));
  shell(`node node_modules/typescript/bin/tsc -p ${name}`, folder);
}

/** An empty folder with these libraries installed from their tarballs. */
function install(name, packages, ...others) {
  const folder = join(work, name);
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, private: true }));
  const tarballs = packages.map((library) => `"${tarball(library)}"`);
  shell(`npm install --no-audit --no-fund ${[...tarballs, ...others].join(" ")}`, folder);
  return folder;
}

function tarball(library) {
  const file = readdirSync(work).find(
    (entry) => entry.startsWith(`asyncio-ts-${library}-`) && entry.endsWith(".tgz"),
  );
  return join(work, file);
}

const program = (imports) => `
${imports}
const fetchData = coroutine(async (delay, value) => {
  await sleep(delay);
  return value;
});
const main = coroutine(async () => {
  const task = createTask(fetchData(5, 1));
  const lock = new Lock();
  const [two, three] = await gather([fetchData(1, 2), lock.with(async () => 3)]);
  const group = new TaskGroup();
  let four;
  await group.with(async (tg) => {
    four = tg.createTask(async () => 4);
  });
  return [await task, two, three, await four, await timeout(1000).with(async () => 5)].join();
});
run(main()).then((result) => console.log(result === "1,2,3,4,5" ? "ok" : result));
`;
const taskNames = "{ TaskGroup, createTask, gather, run, sleep, timeout }";
const esm = program(`
import { coroutine } from "@asyncio-ts/coroutine";
import { Lock } from "@asyncio-ts/sync";
import ${taskNames} from "@asyncio-ts/task";
`);
const commonjs = program(`
const { coroutine } = require("@asyncio-ts/coroutine");
const { Lock } = require("@asyncio-ts/sync");
const ${taskNames} = require("@asyncio-ts/task");
`);
/** Both kinds of pool, and what must not stop them. The program has to end by itself. */
const pools = (imports, workUrl) => `
${imports}
const main = async () => {
  const outcomes = [];
  const outcome = (job) => job.then(String, (error) => error.constructor.name + ": " + error.message);
  for (const Pool of [ThreadPoolExecutor, ProcessPoolExecutor]) {
    const pool = new Pool(${workUrl}, { maxWorkers: 2 });
    const { pid } = await pool.submit("whoami");
    const ticks = [];
    const ticking = setInterval(() => ticks.push(1), 5);
    outcomes.push(
      await outcome(gather(pool.map("fib", [10, 11, 12]))),
      await outcome(pool.submit("later", "async")),
      await outcome(pool.submit("fail")),
      (await outcome(pool.submit("fibb"))).replace(/ in .*;/, ";"),
      await outcome(pool.submit("exit", 3)),
      await outcome(timeout(300).with(() => pool.submit("spin"))),
    );
    clearInterval(ticking);
    if (ticks.length === 0) outcomes.push("no tick while a worker was busy");
    const job = pool.submit("steps");
    const steps = [];
    for await (const step of job.progress) steps.push(step);
    outcomes.push(steps.join(), await outcome(job));
    if (Pool === ProcessPoolExecutor) {
      const target = await pool.submit("whoami");
      const victims = [pool.submit("spin"), pool.submit("spin")];
      process.kill(target.pid, "SIGKILL");
      outcomes.push(await outcome(Promise.race(victims)));
      for (const victim of victims) victim.cancel();
    }
    await pool.shutdown();
    outcomes.push(await outcome((async () => pool.submit("fib", 1))()), pool.statistics().workers);
    if (Pool === ProcessPoolExecutor) {
      try {
        process.kill(pid, 0);
        outcomes.push("a process is left");
      } catch {}
    }
  }
  outcomes.push(await outcome(toThread(${workUrl}, "fib", 13)));
  return outcomes;
};
const outcomes = (kind) => [
  "55,89,144",
  "async",
  "RangeError: failed",
  "TypeError: there is no function fibb(); its functions: exit, fail, fib, later, spin, steps, whoami",
  "BrokenExecutorError: exit() was not finished: its " + kind + " ended with exit code 3",
  "TimeoutError: the deadline came before the body ended",
  "1,2,3",
  "done",
  ...(kind === "process" ? ["BrokenExecutorError: spin() was not finished: its process was killed by SIGKILL"] : []),
  "Error: fib() was submitted after the pool had been shut down",
  0,
];
const expected = [...outcomes("thread"), ...outcomes("process"), "233"];
run(main).then((got) => {
  const different = got
    .map((outcome) => (typeof outcome === "string" ? outcome.replace(/after \\w+ of .*/, "after the pool had been shut down") : outcome))
    .filter((outcome, i) => outcome !== expected[i]);
  console.log(different.length === 0 && got.length === expected.length ? "ok" : different);
});
`;
const poolNames = "{ ProcessPoolExecutor, ThreadPoolExecutor, toThread }";
const poolsEsm = pools(
  `
import ${poolNames} from "@asyncio-ts/executor";
import { gather, run, timeout } from "@asyncio-ts/task";
`,
  'new URL("./work.mjs", import.meta.url)',
);
const poolsCommonjs = pools(
  `
const ${poolNames} = require("@asyncio-ts/executor");
const { gather, run, timeout } = require("@asyncio-ts/task");
`,
  'require("node:url").pathToFileURL(require.resolve("./work.cjs"))',
);
const workFunctions = `
  exit: (code) => process.exit(code),
  fail() {
    throw new RangeError("failed");
  },
  fib: function fib(n) {
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
  },
  later: async (value) => value,
  spin() {
    for (;;);
  },
  steps() {
    for (let i = 1; i <= 3; i++) report(i);
    return "done";
  },
  whoami: () => ({ pid: process.pid }),
`;
const workEsm = `
import { report } from "@asyncio-ts/executor/worker";
export const { exit, fail, fib, later, spin, steps, whoami } = {${workFunctions}};
`;
const workCommonjs = `
const { report } = require("@asyncio-ts/executor/worker");
module.exports = {${workFunctions}};
`;
const typed = `
import { coroutine } from "@asyncio-ts/coroutine";
import { Future } from "@asyncio-ts/future";
import type { Scheduler } from "@asyncio-ts/future/lowlevel";
import { type Job, ThreadPoolExecutor } from "@asyncio-ts/executor";
import { report } from "@asyncio-ts/executor/worker";
import { EventLoop } from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { Lock } from "@asyncio-ts/sync";
import ${taskNames} from "@asyncio-ts/task";

const length = coroutine(async (text: string) => {
  await sleep(1);
  return text.length;
});
export const main = coroutine(async () => {
  const task = createTask(length("four"));
  const [a, b]: [number, string] = await gather([length("a"), new Lock().with(async () => "b")]);
  const c: boolean = await new TaskGroup().with(async (tg) => (await tg.createTask(async () => a)) === b.length);
  const d: number = await timeout(1000).with(async () => await task);
  return c ? d : a;
});
export const result: Promise<number> = (async () => await run(main()))();
export const future: Future<string> = new Future<string>();
export const job: (pool: ThreadPoolExecutor<{ fib(n: number): number }>) => Job<number> = (pool) => pool.submit("fib", 30);
export const reports: (value: unknown) => void = report;
export const others: [typeof EventLoop, typeof virtualLoop, Scheduler?] = [EventLoop, virtualLoop];
// Fails to compile if the types are lost and all is \`any\`.
// @ts-expect-error: a number is no string
export const wrong: Promise<string> = (async () => await run(main()))();
`;
/** The libraries installed twice, as npm does where two versions are needed: what is made of both works as of one. */
const twice = (second) => `
import { isCancelled } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { Lock } from "@asyncio-ts/sync";
import { allTasks, createTask, ExceptionGroup, gather, run, sleep, TaskGroup, timeout, TimeoutError } from "@asyncio-ts/task";
const packages = ["future", "loop", "sync", "task"];
const [future, loop, sync, task] = await Promise.all(
  packages.map((name) => import("${second}/node_modules/@asyncio-ts/" + name + "/dist/index.js")),
);
const got = [];
got.push(task.run !== run);
await run(async () => {
  got.push(loop.getRunningLoop() === getRunningLoop());
  got.push(await gather([task.sleep(2, "second"), sleep(1, "first")]));
  await task.sleep(60_000);
  got.push(getRunningLoop().time());
  const sleeping = createTask(() => task.sleep(60_000));
  const left = task.createTask(async () => {
    try {
      await task.sleep(60_000);
    } finally {
      got.push("cleaned up");
    }
  });
  await sleep(1);
  got.push(allTasks().size, allTasks().has(left));
  sleeping.cancel();
  await sleeping.catch((error) => got.push(future.isCancelled(error) && isCancelled(error)));
  await timeout(10).with(() => task.sleep(60_000)).catch((error) => got.push(error instanceof task.TimeoutError));
  await task.timeout(10).with(() => sleep(60_000)).catch((error) => got.push(error instanceof TimeoutError));
  const fail = async () => {
    throw new RangeError("failed");
  };
  await new TaskGroup()
    .with(async (group) => {
      group.createTask(() => new task.TaskGroup().with(async (inner) => inner.createTask(fail)));
    })
    .catch((error) => got.push(error instanceof task.ExceptionGroup, error.subgroup(RangeError) instanceof ExceptionGroup));
  await new sync.Condition(new Lock()).with(async () => got.push("locked"));
  await task.run(fail).catch((error) => got.push(error.message.includes("a loop runs already there")));
}, { loopFactory: virtualLoop });
got.push(process.listenerCount("exit") <= 2);
const expected = [true, true, ["second", "first"], 60_002, 3, true, true, true, true, true, true, "locked", true, "cleaned up", true];
console.log(JSON.stringify(got) === JSON.stringify(expected) ? "ok" : got);
`;
const lockAlone = `
import { Lock } from "@asyncio-ts/sync";
const lock = new Lock();
const record = [];
async function worker(name) {
  const guard = await lock.acquire();
  try {
    record.push(name + " in");
    await new Promise((resolve) => setTimeout(resolve, 5));
    record.push(name + " out");
  } finally {
    guard[Symbol.dispose]();
  }
}
Promise.all([worker("a"), worker("b")]).then(() => {
  const got = record.join();
  console.log(got === "a in,a out,b in,b out" && !lock.locked() ? "ok" : got);
});
`;

try {
  for (const library of libraries) {
    shell(`pnpm pack --pack-destination "${work}"`, join(root, "packages", library));
  }
  const everything = install("everything", libraries, "--save-dev", `typescript@${typescript}`);

  for (const library of libraries) {
    await check(`@asyncio-ts/${library}: what the tarball holds`, () => {
      const folder = join(everything, "node_modules/@asyncio-ts", library);
      const manifest = readFileSync(join(folder, "package.json"), "utf8");
      expect(!manifest.includes("workspace:"), "package.json still has a workspace: range");
      for (const dependency of Object.keys(JSON.parse(manifest).dependencies ?? {})) {
        expect(dependency.startsWith("@asyncio-ts/"), `it depends on ${dependency}`);
      }
      for (const file of ["LICENSE", "README.md", "dist/index.js", "dist/index.d.ts"]) {
        expect(existsSync(join(folder, file)), `${file} is missing`);
      }
      for (const file of ["src", "test", "tsconfig.json"]) {
        expect(!existsSync(join(folder, file)), `${file} should not be there`);
      }
    });
  }
  await check("an ES module imports them", () => runs(everything, "program.mjs", esm));
  await check("CommonJS requires them", () => runs(everything, "program.cjs", commonjs));
  await check("an ES module runs jobs in threads and processes", () => {
    writeFileSync(join(everything, "work.mjs"), workEsm);
    runs(everything, "pools.mjs", poolsEsm);
  });
  await check("CommonJS runs jobs in threads and processes", () => {
    writeFileSync(join(everything, "work.cjs"), workCommonjs);
    runs(everything, "pools.cjs", poolsCommonjs);
  });
  await check("import and require give the same classes", () =>
    runs(
      everything,
      "same.cjs",
      `import("@asyncio-ts/future").then((m) => console.log(m.Future === require("@asyncio-ts/future").Future ? "ok" : "two"));`,
    ),
  );
  await check("two copies of them work as one", () => {
    const second = pathToFileURL(install("second", libraries));
    runs(everything, "twice.mjs", twice(second));
  });
  for (const [module, moduleResolution] of [
    ["NodeNext", "NodeNext"],
    ["ESNext", "Bundler"],
  ]) {
    await check(`TypeScript ${typescript}, strict, moduleResolution ${moduleResolution}`, () => {
      writeFileSync(join(everything, "typed.mts"), typed);
      compiles(everything, "typed.mts", { module, moduleResolution });
    });
  }
  await check("TypeScript, a CommonJS file under NodeNext", () => {
    writeFileSync(join(everything, "typed.cts"), typed);
    compiles(everything, "typed.cts", { module: "NodeNext", moduleResolution: "NodeNext" });
  });
  await check("a bundle for browsers keeps what importing them registers", async () => {
    // No Node import may be left in it, and `sideEffects` must not have dropped a part.
    await build({
      absWorkingDir: everything,
      entryPoints: ["program.mjs"],
      outfile: join(everything, "bundle.mjs"),
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      logLevel: "silent",
    });
    runs(everything, "bundle.mjs", readFileSync(join(everything, "bundle.mjs")));
  });

  const alone = install("alone", ["coroutine", "future", "sync"]);
  await check("@asyncio-ts/sync installs without loop and task", () => {
    const installed = readdirSync(join(alone, "node_modules/@asyncio-ts")).join();
    expect(installed === "coroutine,future,sync", `installed: ${installed}`);
  });
  await check("a Lock works there in plain async code", () => runs(alone, "lock.mjs", lockAlone));
} finally {
  rmSync(work, { recursive: true, force: true });
}

console.log(
  failures === 0 ? "The packed packages work." : `The packed packages fail ${failures} of these checks.`,
);
process.exitCode = failures === 0 ? 0 : 1;
