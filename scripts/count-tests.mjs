// Sums the reports that the last vitest run of each workspace left (restored by turbo where it didn't run again), and that
// of `pnpm test:runtimes`, and ends with the one line "N passed, N failed".
import { existsSync, readdirSync, readFileSync } from "node:fs";

const workspaces = ["conformance", ...readdirSync("packages").map((name) => `packages/${name}`)];
let passed = 0;
let failed = 0;
let skipped = 0;

const files = [
  ...workspaces.map((workspace) => `${workspace}/reports/vitest.json`),
  "packages/runtimes/reports/runtimes.json",
];
for (const file of files) {
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
