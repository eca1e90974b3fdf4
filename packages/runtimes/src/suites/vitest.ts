/** The tests of each package, with vitest itself on the runtime. They test the sources, and not what was packed. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { libraries, root } from "@asyncio-ts/documentation";
import { execa } from "execa";
import pMap from "p-map";
import { processRuntimes } from "../processes.js";
import type { Kind, Runtime } from "../runtime.js";
import { CONCURRENCY, type Outcome, type Suite } from "../suite.js";

const cli = join(root, "node_modules/vitest/vitest.mjs");
/** The Nodes, from the oldest to the newest. */
const nodes = processRuntimes.filter(({ kind }) => kind === "node");
const NEWEST = nodes.at(-1)?.name;
/** The options of the runtime, before the command line of vitest. */
const OPTIONS = { node: [], bun: ["--bun"], deno: ["run", "--allow-all"] } as const;
/** The time for the tests of one package, in milliseconds: only for what hangs. */
const LIMIT = 600_000;

interface Report {
  readonly testResults: readonly TestFile[];
}

interface TestFile {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly assertionResults: readonly {
    readonly fullName: string;
    readonly status: string;
    readonly failureMessages: readonly string[] | null;
    /** The feature that the test needs; see `needing` in the test kit. */
    readonly meta: { readonly needs?: string };
  }[];
}

export const vitest: Suite = {
  name: "vitest",
  title: "each package's own tests pass",
  unlessNamed({ name, kind }) {
    if (kind !== "node" || name === nodes[0]?.name || name === NEWEST) return undefined;
    return "they run on the oldest Node and on the newest; on this one if it is named, and in the hosted workflow";
  },
  async run(runtime, { executable }) {
    const reason = reasonToSkip(runtime);
    if (reason !== undefined || executable === undefined) {
      const detail = reason ?? "it has no process";
      return libraries.map((library) => ({ name: basename(library), status: "skipped", detail }));
    }
    // Many tests wait for a process or a thread, so the tests of one package leave cores idle.
    const outcomes = await pMap(libraries, (library) => runTests(runtime, executable, library), CONCURRENCY);
    return outcomes.flat();
  },
};

function reasonToSkip({ name, kind }: Runtime): string | undefined {
  if (kind === "chromium") return "vitest runs in a process";
  if (name === "node-20") return "`pnpm test` runs them on the oldest Node";
  if (name === "bun-baseline") return "they run on Bun, and this differs in its machine code alone";
  if (name === "deno-no-env") return "vitest reads the environment";
  return undefined;
}

async function runTests({ name, kind }: Runtime, executable: string, library: string): Promise<Outcome[]> {
  const cwd = join(root, library);
  const file = join(cwd, `reports/vitest-${name}.json`);
  rmSync(file, { force: true });
  const options = kind === "chromium" ? [] : OPTIONS[kind];
  const { all = "" } = await execa(executable, [...options, cli, "run"], {
    cwd,
    // In `.ci/run`, the oldest Node and the newest count what their tests run.
    env: { ASYNCIO_TS_RUNTIME: name, ...(name !== NEWEST && { ASYNCIO_TS_COVERAGE: "" }) },
    reject: false,
    all: true,
    timeout: LIMIT,
  });
  if (!existsSync(file)) return [{ name: library, status: "failed", detail: all }];
  const { testResults } = JSON.parse(readFileSync(file, "utf8")) as Report;
  return testResults.flatMap((tested) => outcomesOf(tested, library, kind));
}

function outcomesOf(
  { name, status, message, assertionResults }: TestFile,
  library: string,
  kind: Kind,
): Outcome[] {
  const outcomes = assertionResults.map(({ fullName, status, failureMessages, meta }): Outcome => {
    const name = `${library}: ${fullName}`;
    if (status === "passed") return { name, status };
    if (status !== "failed") {
      // Node lacks nothing: there a test that needs something is skipped for another reason.
      const detail =
        meta.needs === undefined || kind === "node"
          ? "skipped by the test itself"
          : `the runtime has no ${meta.needs}`;
      return { name, status: "skipped", detail };
    }
    return { name, status, detail: (failureMessages ?? []).join("\n") };
  });
  // A file that could not be loaded has no tests to count.
  if (status === "failed" && outcomes.every((outcome) => outcome.status !== "failed")) {
    outcomes.push({ name, status, detail: message });
  }
  return outcomes;
}
