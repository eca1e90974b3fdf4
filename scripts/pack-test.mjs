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
import { build } from "esbuild";

const libraries = ["future", "loop", "task", "sync"];
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
    timeout: 20_000,
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
import { coroutine } from "@asyncio-ts/future";
import { Lock } from "@asyncio-ts/sync";
import ${taskNames} from "@asyncio-ts/task";
`);
const commonjs = program(`
const { coroutine } = require("@asyncio-ts/future");
const { Lock } = require("@asyncio-ts/sync");
const ${taskNames} = require("@asyncio-ts/task");
`);
const typed = `
import { coroutine, Future } from "@asyncio-ts/future";
import type { Scheduler } from "@asyncio-ts/future/ambient";
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
export const others: [typeof EventLoop, typeof virtualLoop, Scheduler?] = [EventLoop, virtualLoop];
// Fails to compile if the types are lost and all is \`any\`.
// @ts-expect-error: a number is no string
export const wrong: Promise<string> = (async () => await run(main()))();
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
  await check("import and require give the same classes", () =>
    runs(
      everything,
      "same.cjs",
      `import("@asyncio-ts/future").then((m) => console.log(m.Future === require("@asyncio-ts/future").Future ? "ok" : "two"));`,
    ),
  );
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

  const alone = install("alone", ["future", "sync"]);
  await check("@asyncio-ts/sync installs without loop and task", () => {
    const installed = readdirSync(join(alone, "node_modules/@asyncio-ts")).join();
    expect(installed === "future,sync", `installed: ${installed}`);
  });
  await check("a Lock works there in plain async code", () => runs(alone, "lock.mjs", lockAlone));
} finally {
  rmSync(work, { recursive: true, force: true });
}

console.log(
  failures === 0 ? "The packed packages work." : `The packed packages fail ${failures} of these checks.`,
);
process.exitCode = failures === 0 ? 0 : 1;
