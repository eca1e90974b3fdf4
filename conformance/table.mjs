// Checks the conformance table against the reports of the test runs, and writes docs/conformance.md from it.
//
//   node table.mjs            checks, and fails if the page is out of date
//   node table.mjs --write    writes the page
//
// The table is cpython-3.13.json: a row for each test method of CPython's asyncio suite. The reports are what vitest
// wrote in each package (reports/vitest.json); run the tests first. A run under scripts/starved.mjs checks nothing: its
// packages run in no order, so the reports of the others may not be there.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const page = join(root, "docs", "conformance.md");
const { rows } = JSON.parse(readFileSync(join(here, "cpython-3.13.json"), "utf8"));

if (process.env.ASYNCIO_TS_STARVED !== undefined) {
  console.log("The conformance table is not checked in a starved run.");
  process.exit();
}

const passed = passedTests();
const missing = rows.filter((row) => row.test !== undefined && !passed.has(row.test));
for (const row of missing) console.error(`${nameOf(row)}: no such test ran and passed: ${row.test}`);

const text = render();
if (process.argv.includes("--write")) writeFileSync(page, text);
const outdated = !existsSync(page) || readFileSync(page, "utf8") !== text;
if (outdated)
  console.error("docs/conformance.md is out of date; write it with `pnpm --dir conformance run table`");

const counts = countBy(rows, (row) => row.status);
console.log(`${rows.length} methods:`, ...[...counts].map(([status, count]) => `${count} ${status}`));
process.exitCode = missing.length > 0 || outdated ? 1 : 0;

/** The tests that ran and passed, as "file > suite > title". */
function passedTests() {
  const folders = [here, ...readdirSync(join(root, "packages")).map((name) => join(root, "packages", name))];
  const titles = new Set();
  for (const folder of folders) {
    const report = join(folder, "reports", "vitest.json");
    if (!existsSync(report)) continue;
    for (const file of JSON.parse(readFileSync(report, "utf8")).testResults) {
      // A report out of a cache may come from another checkout: only the path below the package counts.
      const [, below] = file.name.split(/[\\/](test[\\/].*)$/);
      const path = relative(root, join(folder, below ?? "")).replaceAll("\\", "/");
      for (const test of file.assertionResults) {
        // Windows lacks the signals of some tests, which are skipped there.
        const hasRun = test.status === "passed" || (process.platform === "win32" && test.status !== "failed");
        if (hasRun) titles.add([path, ...test.ancestorTitles, test.title].join(" > "));
      }
    }
  }
  return titles;
}

function render() {
  const files = [...new Set(rows.map((row) => row.file))];
  const statuses = ["covered", "differs", "not-applicable"];
  const cells = (list) => statuses.map((status) => list.filter((row) => row.status === status).length);
  const lines = [
    "# Conformance",
    "",
    "CPython 3.13 tests its asyncio with the methods below. _Covered_: the named test of ours pins the same",
    "behaviour down, in its own words. _Differs_: we behave differently on purpose, for the reason given. _Not",
    "applicable_: it has no counterpart in JavaScript, or in what this project covers (no transports, datagrams,",
    "selectors).",
    "",
    "This page is written by `conformance/table.mjs` from `conformance/cpython-3.13.json`.",
    "",
    "| file | methods | covered | differs | not applicable |",
    "| --- | --: | --: | --: | --: |",
    ...files.map((file) => {
      const own = rows.filter((row) => row.file === file);
      return `| [${file}](#${file.toLowerCase().replaceAll("/", "")}) | ${own.length} | ${cells(own).join(" | ")} |`;
    }),
    `| **all** | **${rows.length}** | ${cells(rows)
      .map((count) => `**${count}**`)
      .join(" | ")} |`,
  ];
  for (const file of files) {
    lines.push("", `## ${file}`, "", "| method | status | test, or reason |", "| --- | --- | --- |");
    for (const row of rows.filter((one) => one.file === file)) {
      const proof = [row.reason, row.test && `\`${row.test}\``].filter(Boolean).join(" ");
      lines.push(`| ${row.class}.${row.method} | ${row.status} | ${proof.replaceAll("|", "\\|")} |`);
    }
  }
  return lines.join("\n") + "\n";
}

function nameOf(row) {
  return `${row.file} ${row.class}.${row.method}`;
}

function countBy(list, key) {
  const result = new Map();
  for (const one of list) result.set(key(one), (result.get(key(one)) ?? 0) + 1);
  return result;
}
