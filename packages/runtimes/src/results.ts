/** The outcomes of a run: as a table, in words, and as a file for scripts/count-tests.mjs. */
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import Table from "cli-table3";
import type { Outcome } from "./suite.js";

/** The outcomes of one suite on one runtime. */
export interface Result {
  readonly runtime: string;
  readonly suite: string;
  readonly outcomes: readonly Outcome[];
}

const reports = fileURLToPath(new URL("../reports/", import.meta.url));

export function count(results: readonly Result[], status: Outcome["status"]): number {
  return results.flatMap(({ outcomes }) => outcomes).filter((outcome) => outcome.status === status).length;
}

/** A row for each runtime, and a column for each suite. */
export function tableOf(results: readonly Result[]): string {
  const runtimes = [...new Set(results.map(({ runtime }) => runtime))];
  const suites = [...new Set(results.map(({ suite }) => suite))];
  const table = new Table({ head: ["", ...suites], style: { head: [], border: [], compact: true } });
  for (const runtime of runtimes) {
    const row = suites.map((suite) =>
      cell(results.filter((result) => result.runtime === runtime && result.suite === suite)),
    );
    table.push([runtime, ...row]);
  }
  return table.toString();
}

function cell(results: readonly Result[]): string {
  const counts = (["passed", "failed", "skipped"] as const).map((status) => ({
    status,
    n: count(results, status),
  }));
  const once = results
    .flatMap(({ outcomes }) => outcomes)
    .filter(({ status, detail }) => status === "passed" && detail !== undefined).length;
  return [
    ...counts.filter(({ n }) => n > 0).map(({ status, n }) => `${n} ${status}`),
    ...(once === 0 ? [] : [`${once} at one try of two`]),
  ].join(", ");
}

/** Writes the counts where scripts/count-tests.mjs looks for them. */
export function writeReport(results: readonly Result[]): void {
  mkdirSync(reports, { recursive: true });
  const report = {
    numPassedTests: count(results, "passed"),
    numFailedTests: count(results, "failed"),
    numPendingTests: count(results, "skipped"),
    numTodoTests: 0,
    testResults: [],
  };
  writeFileSync(`${reports}runtimes.json`, `${JSON.stringify(report)}\n`);
}
