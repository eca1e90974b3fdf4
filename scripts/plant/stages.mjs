// The stages in which a planted bug may be caught, each a run of vitest in the copy.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { root } from "./copy.mjs";

/** A bug may make a test hang, or never let go of the thread; nothing takes so long without one. In milliseconds. */
const TEST_TIMEOUT = 30_000;
const FILES_TIMEOUT = 180_000;
const SUITE_TIMEOUT = 900_000;
const SOAK_MINUTES = 5;

const manifestOf = (folder) => JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));

/** The libraries whose tests read the sources of the others, those above after those below, and what compares with CPython. */
const suites = ["future", "coroutine", "loop", "task", "sync", "executor", "flow", "http"]
  .map((name) => `packages/${name}`)
  .concat("conformance");

/** Tells whether the tests of a folder use a package, directly or by another library. */
function uses(folder, name) {
  const { dependencies = {}, devDependencies = {} } = manifestOf(folder);
  const direct = Object.keys({ ...dependencies, ...devDependencies }).filter((one) =>
    suites.includes(one.replace("@asyncio-ts/", "packages/")),
  );
  return direct.some((one) => one === name || uses(one.replace("@asyncio-ts/", "packages/"), name));
}

/** What has run without a bug, with its result: most bugs share their test files. */
const controls = new Map();

/** A run of vitest in a folder of the copy. `run` returns what failed; undefined if nothing did. */
class Stage {
  constructor(name, folder, args, { env = {}, timeout = SUITE_TIMEOUT } = {}) {
    Object.assign(this, { name, folder, args, env, timeout });
  }

  async run(copy) {
    const folder = join(copy.folder, this.folder);
    // Where the configuration of the tests writes it, too.
    const report = join(folder, "reports/vitest.json");
    rmSync(report, { force: true });
    const options = ["--maxWorkers", "1", "--bail", "1", "--reporter", "json", "--outputFile", report];
    const ended = await vitest(folder, [...this.args, ...options], this);
    return ended === 0 ? undefined : (firstFailure(report, copy.folder) ?? `${this.name}: ${ended}`);
  }

  /** Runs without a bug. */
  async control(copy) {
    const key = JSON.stringify([this.folder, this.args]);
    if (!controls.has(key)) controls.set(key, await this.run(copy));
    return controls.get(key);
  }
}

/** Runs vitest, and returns 0, or how else it has ended. */
function vitest(cwd, args, { env, timeout }) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, "node_modules/vitest/vitest.mjs"), "run", ...args], {
      cwd,
      env: { ...process.env, ASYNCIO_TS_RUNTIME: undefined, ASYNCIO_TS_STARVED: undefined, ...env },
      stdio: "ignore",
      // A group of processes, so that what the tests have started ends with them.
      detached: true,
    });
    let hangs = false;
    const end = () => {
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // Nothing of the group is left.
      }
    };
    const timer = setTimeout(() => {
      hangs = true;
      end();
    }, timeout);
    // Before the copy is removed.
    process.prependListener("exit", end);
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      process.off("exit", end);
      end();
      if (hangs) resolve("no end");
      else resolve(code === 0 ? 0 : `exit code ${code ?? signal}`);
    });
  });
}

/** Returns the first test that failed, with its file; undefined if the run ended before it could say so. */
function firstFailure(report, folder) {
  if (!existsSync(report)) return undefined;
  const { testResults } = JSON.parse(readFileSync(report, "utf8"));
  const failed = testResults.find(({ status }) => status === "failed");
  if (failed === undefined) return undefined;
  const test = failed.assertionResults.find(({ status }) => status === "failed");
  return `${relative(folder, failed.name)}: ${test?.fullName ?? "can't be loaded"}`;
}

/** Returns the stages of a bug, in their order. */
export function stagesOf({ file, tests }) {
  const own = `packages/${file.split("/")[0]}`;
  const limited = ["--testTimeout", `${TEST_TIMEOUT}`];
  const stages = [...byPackage(tests)].map(([name, files]) => {
    const args = [...files.map((one) => one.slice(name.length + 1)), ...limited];
    return new Stage("its tests", `packages/${name}`, args, { timeout: FILES_TIMEOUT });
  });
  stages.push(new Stage(`the tests of ${own}`, own, limited));
  const name = manifestOf(own).name;
  for (const folder of suites) {
    if (folder !== own && uses(folder, name))
      stages.push(new Stage(`the tests of ${folder}`, folder, limited));
  }
  const { soak } = manifestOf(own).scripts;
  if (soak !== undefined) {
    // One file after the other, so that they share the minutes.
    const files = readdirSync(join(root, own, "test")).filter((file) => file.endsWith(".soak.ts")).length;
    const env = { SOAK_SEED: "1", SOAK_MINUTES: `${SOAK_MINUTES / files}` };
    const timeout = 2 * SOAK_MINUTES * 60_000;
    stages.push(new Stage(`the soak of ${own}`, own, soak.split(" ").slice(2), { env, timeout }));
  }
  return stages;
}

/** Groups test files by their package. */
function byPackage(tests) {
  const groups = new Map();
  for (const test of tests) {
    const [name] = test.split("/");
    groups.set(name, [...(groups.get(name) ?? []), test]);
  }
  return groups;
}
