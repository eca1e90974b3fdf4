// Mutation testing: changes the sources of a package in one place at a time (a mutant), and runs the tests that reach that
// place. A mutant that no test notices survives: a test is missing, or the code does nothing there. See docs/mutation.md.
//
//   node scripts/mutate.mjs                    every package, which takes hours
//   node scripts/mutate.mjs sync future        these packages
//   node scripts/mutate.mjs sync lock.ts       these files of a package; `lock.ts:10-20` are some of its lines
//   … --force                                  also what an earlier run has found out
//   … --ignoreStatic                           without code that runs when a module is loaded, which costs most
//   … --tests=lock,event                       with these test files alone, of which each test may take 5 s
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";

const known = ["future", "coroutine", "loop", "task", "sync", "executor", "subprocess"];
const args = process.argv.slice(2).filter((arg) => arg !== "--");
const files = args.filter((arg) => arg.includes(".ts"));
const tests = args.find((arg) => arg.startsWith("--tests="))?.slice("--tests=".length);
const forStryker = args.filter((arg) => ["--force", "--ignoreStatic"].includes(arg));
const named = args.filter(
  (arg) => !files.includes(arg) && !forStryker.includes(arg) && !arg.startsWith("--tests="),
);
const unknown = named.find((name) => !known.includes(name));

/** Prints a line for each file of a package: how many of its mutants were killed, how many of these by a test that hangs. */
function printTable(name) {
  const report = `packages/${name}/reports/mutation/mutation.json`;
  if (!existsSync(report)) return;
  const rows = Object.entries(JSON.parse(readFileSync(report, "utf8")).files).map(([file, { mutants }]) => {
    const count = (...states) => mutants.filter(({ status }) => states.includes(status)).length;
    const killed = count("Killed", "Timeout");
    // A test that reaches the limit of vitest kills as any that fails.
    const hanging = mutants.filter(({ statusReason = "" }) => statusReason.includes("Test timed out")).length;
    const hung = count("Timeout") + hanging;
    return [
      basename(file),
      { killed, hung, survived: count("Survived"), "not reached": count("NoCoverage") },
    ];
  });
  const sum = (column) => rows.reduce((total, [, row]) => total + row[column], 0);
  const total = {
    killed: sum("killed"),
    hung: sum("hung"),
    survived: sum("survived"),
    "not reached": sum("not reached"),
  };
  const withScore = (row) => {
    const all = row.killed + row.survived + row["not reached"];
    return { ...row, score: all === 0 ? "" : `${Math.floor((1000 * row.killed) / all) / 10} %` };
  };
  console.table(Object.fromEntries([...rows, [name, total]].map(([label, row]) => [label, withScore(row)])));
}

if (unknown !== undefined || (files.length > 0 && named.length !== 1)) {
  console.error(`write: pnpm mutate [${known.join(" | ")}] [file.ts of one package]`);
  process.exitCode = 1;
} else {
  for (const name of named.length > 0 ? named : known) {
    const only = files.map((file) => `packages/${name}/src/${basename(file)}`).join(",");
    const options = [...(only === "" ? [] : ["--mutate", only]), ...forStryker];
    const { status } = spawnSync("stryker", ["run", ...options], {
      stdio: "inherit",
      shell: process.platform === "win32",
      env: { ...process.env, MUTATED_PACKAGE: name, ...(tests !== undefined && { MUTATION_TESTS: tests }) },
    });
    printTable(name);
    if (status !== 0) process.exitCode = 1;
  }
}
