// Sums the reports that the last vitest run of each workspace left (restored by turbo where it didn't run again), and that
// of the rehearsal of a release, of `pnpm test:runtimes` and of `pnpm site:test`; ends with the one line "N passed, N failed".
import { existsSync, readdirSync, readFileSync } from "node:fs";

const workspaces = ["conformance", "site", ...readdirSync("packages").map((name) => `packages/${name}`)];
let passed = 0;
let failed = 0;
let skipped = 0;

const reports = ["vitest", "rehearsal", "runtimes", "browser"].flatMap((name) =>
  workspaces.map((workspace) => `${workspace}/reports/${name}.json`),
);

for (const file of reports) {
  if (!existsSync(file)) continue;
  const report = JSON.parse(readFileSync(file, "utf8"));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  skipped += report.numPendingTests + report.numTodoTests;
  // A file that could not be loaded has no tests to count.
  failed += report.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((test) => test.status === "failed"),
  ).length;
}

console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = passed > 0 && failed === 0 ? 0 : 1;
