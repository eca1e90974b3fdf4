// Coverage: what part of the libraries their tests run, on this Node and on the newest one together, since some branches are
// for one of them alone. Prints a table, and each line with a branch that no test runs, with the reason that docs/coverage.md
// gives for it. Fails if a library is below the floor, a line has no reason, or a reason is for a line that is gone.
//
//   node scripts/coverage.mjs                 all libraries on both
//   node scripts/coverage.mjs --project sync  the tests of one package, on this Node alone. The tests of other packages run
//                                             its code too, so this only prints
//   node scripts/coverage.mjs --gathered      what runs of the tests with ASYNCIO_TS_COVERAGE have left: those of `.ci/run`,
//                                             which has no time for more. Only prints
//   node scripts/coverage.mjs --joined DIR …  what earlier runs have left in these folders
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import coverage from "istanbul-lib-coverage";

/** The least part of its branches, in percent, that the tests of all libraries together run in each package. */
const FLOOR = 98;
/** Packages that the libraries' tests load, and that are not judged. */
const LEFT_OUT = /^packages\/(testkit|inspect|distributed)\//;
const root = fileURLToPath(new URL("..", import.meta.url));
const page = "docs/coverage.md";
const [mode, ...rest] = process.argv.slice(2).filter((arg) => arg !== "--");

const map = coverage.createCoverageMap();
for (const folder of mode === "--joined" ? rest : mode === "--gathered" ? gathered() : tested())
  map.merge(resultIn(folder));

const files = map
  .files()
  .map((path) => ({ path, name: relative(root, path).replaceAll("\\", "/") }))
  .filter(({ name }) => !LEFT_OUT.test(name))
  .map(({ path, name }) => ({
    name,
    lines: readFileSync(path, "utf8").split("\n").map(plain),
    result: map.fileCoverageFor(path),
  }));
const table = tableOf(files);
console.table(table);
const { judged, unjudged, stale } = judge(files);
console.log(`\nLines with a branch that no test runs, and why (${page}):`);
for (const { place, reason } of judged) console.log(`  ${place}: ${reason}`);
summarize();

const isPart = mode === "--project" || mode === "--gathered";
const report = isPart ? console.log : fail;
for (const [name, { branches }] of Object.entries(table))
  if (branches < FLOOR)
    report(`${name}: the tests run ${branches} % of the branches; the floor is ${FLOOR} %`);
for (const { place, code } of unjudged)
  report(`${place}: no test runs \`${code}\` both ways: test it, or give the reason in ${page}`);
if (mode !== "--project")
  for (const text of stale) report(`${page} has a reason for a line that is gone: ${text}`);

/** Runs the tests, and returns the folders with Istanbul's results. */
function tested() {
  const newest = mode === undefined ? newestNode() : undefined;
  return [process.execPath, newest].filter(Boolean).map((runtime, i) => {
    const folder = join(root, "coverage", `node-${i}`);
    rmSync(folder, { recursive: true, force: true });
    const vitest = join(root, "node_modules/vitest/vitest.mjs");
    const options = ["--config", "vitest.coverage.config.ts", `--coverage.reportsDirectory=${folder}`];
    const only = mode === undefined ? [] : [mode, ...rest];
    const { status } = spawnSync(runtime, [vitest, "run", ...options, ...only], {
      cwd: root,
      stdio: "inherit",
    });
    if (status !== 0) fail(`the tests failed on ${runtime}`);
    return folder;
  });
}

/** Returns the folders with Istanbul's results that runs of the tests have left, on this Node and the newest. */
function gathered() {
  const folders = readdirSync(join(root, "packages")).flatMap((name) =>
    ["coverage", "coverage-newest"].map((folder) => join(root, "packages", name, "reports", folder)),
  );
  return folders.filter((folder) => existsSync(join(folder, "coverage-final.json")));
}

/**
 * Returns the newest Node that `pnpm test:runtimes` has, installed as it installs it; undefined if this is it, or it can't
 * be had.
 */
function newestNode() {
  const source = readFileSync(join(root, "packages/runtimes/src/processes.ts"), "utf8");
  const versions = [...source.matchAll(/ node\("([\d.]+)"\)/g)].map(([, version]) => version);
  const version = versions.sort((a, b) => parseInt(a) - parseInt(b)).at(-1);
  if (process.version === `v${version}`) return undefined;
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(root, "node_modules/.cache/asyncio-ts-runtimes", `${name}@${version}`);
  const path = join(folder, "node_modules", name, "bin/node");
  if (!existsSync(path)) {
    const options = ["--no-save", "--no-audit", "--no-fund", "--prefix", folder];
    spawnSync("npm", ["install", ...options, `${name}@${version}`], { stdio: "inherit" });
  }
  if (existsSync(path)) return path;
  console.log(`Node ${version} can't be had here: what only it runs counts as not run.`);
  return undefined;
}

/**
 * Reads a result. The `else` that is not written counts what the whole has over the `if`; in generators, which V8 counts
 * anew when they go on, that may be less than 0.
 */
function resultIn(folder) {
  const result = JSON.parse(readFileSync(join(folder, "coverage-final.json"), "utf8"));
  for (const { b } of Object.values(result))
    for (const [id, counts] of Object.entries(b)) b[id] = counts.map((count) => Math.max(0, count));
  return result;
}

/** Returns a row for each library that was tested. */
function tableOf(measured) {
  const summaries = new Map();
  for (const { name, result } of measured) {
    const [, library] = name.split("/");
    if (!summaries.has(library)) summaries.set(library, coverage.createCoverageSummary());
    summaries.get(library).merge(result.toSummary());
  }
  const rows = [...summaries].map(([library, { branches, lines, functions }]) => [
    library,
    { branches: percent(branches), lines: percent(lines), functions: percent(functions) },
  ]);
  return Object.fromEntries(rows);
}

/** Never rounds up, since the figure is compared with the floor. */
function percent({ covered, total }) {
  return total === 0 ? 100 : Math.floor((10_000 * covered) / total) / 100;
}

/** Divides the lines with branches that no test runs into those with a reason and those without; finds stale reasons. */
function judge(measured) {
  const reasons = readReasons();
  const judged = [];
  const unjudged = [];
  for (const { name, lines, result } of measured) {
    for (const line of linesNotRun(result)) {
      const code = lines[line - 1] ?? "";
      const place = `${name}:${line}`;
      const found = reasons.find((one) => one.file === name && code.includes(one.code));
      if (found === undefined) unjudged.push({ place, code });
      else judged.push({ place, reason: found.reason });
    }
  }
  const sources = new Map(measured.map(({ name, lines }) => [name, lines]));
  const stale = reasons
    .filter(({ file, code }) => !sources.get(file)?.some((line) => line.includes(code)))
    .map(({ file, code }) => `${file} \`${code}\``);
  return { judged, unjudged, stale };
}

/** Returns the lines in which branches begin that no test runs. */
function linesNotRun({ b: counts, branchMap }) {
  const lines = new Set();
  for (const [id, { loc, locations }] of Object.entries(branchMap)) {
    for (const [i, count] of counts[id].entries())
      if (count === 0) lines.add(locations[i]?.start?.line ?? loc.start.line);
  }
  return [...lines].sort((a, b) => a - b);
}

/** Reads the list of docs/coverage.md: `- file code: reason`, the file and the code in backticks. */
function readReasons() {
  const items = readFileSync(join(root, page), "utf8").split(/^- /m).slice(1);
  return items.flatMap((item) => {
    const [text] = item.split(/\n\n/);
    const [, file, , code, reason] = /^`([^`]+)` (`+) ?(.+?) ?\2: (.+)$/.exec(plain(text)) ?? [];
    return file === undefined ? [] : [{ file, code, reason }];
  });
}

/** A line of code, or a text, without its indentation and line breaks. */
function plain(text) {
  return text.replace(/\s+/g, " ").trim();
}

/** Adds the table to the summary of a job on GitHub. */
function summarize() {
  const { GITHUB_STEP_SUMMARY: file } = process.env;
  if (file === undefined) return;
  const rows = Object.entries(table).map(
    ([name, { branches, lines, functions }]) => `| ${name} | ${branches} | ${lines} | ${functions} |`,
  );
  const places = [
    ...unjudged.map(({ place, code }) => `${place}: \`${code}\`, **no reason**`),
    ...judged.map(({ place, reason }) => `${place}: ${reason}`),
  ];
  const head = ["| library | branches % | lines % | functions % |", "| --- | --- | --- | --- |"];
  appendFileSync(file, `${[...head, ...rows, "", ...places.map((place) => `- ${place}`)].join("\n")}\n`);
}

function fail(message) {
  console.error(message);
  process.exitCode = 1;
}
