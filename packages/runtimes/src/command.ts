import { Argument, Command, CommanderError, Option } from "commander";
import { chromiumRuntimes } from "./chromium.js";
import { Packed } from "./packed.js";
import { processRuntimes } from "./processes.js";
import { count, type Result, tableOf, writeReport } from "./results.js";
import { type Runtime, type Session, Unavailable } from "./runtime.js";
import { withSecondTry } from "./second-try.js";
import type { Outcome, Suite } from "./suite.js";
import { documentation } from "./suites/documentation.js";
import { executor } from "./suites/executor.js";
import { traces } from "./suites/traces.js";
import { vitest } from "./suites/vitest.js";
import { whole } from "./suites/whole.js";

const USAGE_ERROR = 2;
const runtimes = [...processRuntimes, ...chromiumRuntimes];
const suites: readonly Suite[] = [traces, whole, documentation, executor, vitest];

interface Options {
  readonly list?: true;
  readonly suite?: readonly string[];
}

/** Runs suites on runtimes. Returns the exit code: 1 if a check failed. */
export async function command(args: readonly string[]): Promise<number> {
  const names = runtimes.map(({ name }) => name);
  const command = new Command("pnpm test:runtimes")
    .description("Runs the packed packages in each JavaScript runtime: in all, or in those named.")
    .addArgument(new Argument("[runtime...]", "where to run").choices(names))
    .addOption(
      new Option("-s, --suite <suite...>", "what to run (default: all)").choices(
        suites.map(({ name }) => name),
      ),
    )
    .option("-l, --list", "list the runtimes and the suites")
    .exitOverride();
  try {
    command.parse(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_ERROR;
    throw error;
  }
  const options = command.opts<Options>();
  if (options.list === true) {
    for (const name of names) console.log(name);
    for (const { name, title } of suites) console.log(`${name.padEnd(15)}${title}`);
    return 0;
  }
  return await runSuites(command.args, chosen(suites, options.suite ?? []));
}

function chosen<T extends { readonly name: string }>(
  all: readonly T[],
  names: readonly string[],
): readonly T[] {
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

async function runSuites(named: readonly string[], suites: readonly Suite[]): Promise<number> {
  const packed = await Packed.install();
  const results: Result[] = [];
  for (const runtime of chosen(runtimes, named)) {
    const chosenSuites = named.length > 0 ? suites : suites.map((suite) => unlessNamed(suite, runtime));
    results.push(...(await runOn(runtime, chosenSuites, packed)));
  }
  writeReport(results);
  const failed = count(results, "failed");
  console.log(`\n${tableOf(results)}\n${count(results, "passed")} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** Returns a suite that skips a runtime on which this one runs only if somebody has named it. */
function unlessNamed(suite: Suite, runtime: Runtime): Suite {
  const detail = suite.unlessNamed?.(runtime);
  if (detail === undefined) return suite;
  return { ...suite, run: async () => [{ name: suite.name, status: "skipped", detail }] };
}

async function runOn(runtime: Runtime, suites: readonly Suite[], packed: Packed): Promise<Result[]> {
  let session: Session;
  try {
    session = await runtime.open();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    const outcomes: Outcome[] = [{ name: runtime.name, status: "skipped", detail: error.message }];
    console.log(`\n${runtime.name} is skipped: ${error.message}`);
    return suites.map(({ name }) => ({ runtime: runtime.name, suite: name, outcomes }));
  }
  const results: Result[] = [];
  try {
    for (const suite of suites) {
      const start = performance.now();
      const run = (): Promise<Outcome[]> => suite.run(runtime, session, packed);
      const outcomes = await (runtime.kind === "node" ? run() : withSecondTry(run));
      const result = { runtime: runtime.name, suite: suite.name, outcomes };
      results.push(result);
      say(result, session.version, performance.now() - start);
    }
  } finally {
    await session.close();
  }
  return results;
}

/** Prints what became of a suite: each failure, also of one try alone, and each reason to skip a check, once. */
function say({ runtime, suite, outcomes }: Result, version: string, milliseconds: number): void {
  console.log(`\n=== ${suite} on ${runtime} (${version}), ${(milliseconds / 1000).toFixed(1)} s`);
  const skipped = new Map<string, number>();
  for (const { name, status, detail = "" } of outcomes) {
    if (status === "skipped") skipped.set(detail, (skipped.get(detail) ?? 0) + 1);
    else if (detail !== "") {
      const failure = detail.replaceAll(/^/gm, "      ");
      console.log(`${status === "failed" ? "FAIL " : "ONCE "} ${name}\n${failure}`);
    }
  }
  for (const [reason, n] of skipped) console.log(`skip  ${n}: ${reason}`);
}
