// Planted bugs: puts each bug of scripts/plant/bugs.mjs into a copy of the repository, one at a time, and looks who catches
// it. A line that nobody misses has no test, or no reason. docs/planted-bugs.md has the results.
//
//   pnpm plant                       every bug, which takes half an hour
//   pnpm plant "newcomer overtakes"  these bugs
//   pnpm plant --package sync        those of a package
//   pnpm plant --check               only whether each still applies, and the page has its result: part of `pnpm check`
//
// The stages of a bug, until one of them fails:
//   tests        the test files that the bug names
//   package      all tests of its package
//   dependents   all tests of each library above it, the nearest first
//   soak         the soak of its package, from seed 1, for at most five minutes
// What has caught a bug runs once more without it. If that fails too, it has caught nothing, and the next stage follows.
//
// One process runs at a time, with a low priority. Nothing is written to the working tree but the page.
import { setPriority } from "node:os";
import { Command } from "commander";
import { bugs } from "./plant/bugs.mjs";
import { Copy, misfit } from "./plant/copy.mjs";
import { pageOf, rowsOf, staleRows, writePage } from "./plant/page.mjs";
import { stagesOf } from "./plant/stages.mjs";

const command = new Command("pnpm plant")
  .description(
    "Plants known bugs in a copy of the sources, one at a time, and looks which test catches each.",
  )
  .argument("[name...]", "the bugs to plant; all without one")
  .option("-p, --package <name>", "plant those of one package")
  .option(
    "-c, --check",
    "run nothing: check that each bug applies, and has its result in docs/planted-bugs.md",
  )
  .parse();
const [names, options] = [command.args, command.opts()];
const unknown = names.filter((name) => !bugs.some((bug) => bug.name === name));
if (unknown.length > 0) command.error(`error: there is no bug "${unknown[0]}"; see scripts/plant/bugs.mjs`);
const chosen = bugs.filter(
  ({ name, file }) =>
    (names.length === 0 || names.includes(name)) &&
    (options.package === undefined || file.startsWith(`${options.package}/`)),
);
if (chosen.length === 0) command.error(`error: no bug is in the package "${options.package}"`);

/** Plants one bug, and returns who caught it in how many seconds; null if nobody did. */
async function plant(copy, bug) {
  const started = Date.now();
  for (const stage of stagesOf(bug)) {
    const takeBack = copy.plant(bug);
    const caughtBy = await stage.run(copy);
    takeBack();
    if (caughtBy === undefined) continue;
    const seconds = Math.round((Date.now() - started) / 1000);
    const without = await stage.control(copy);
    if (without === undefined) return { caughtBy, seconds };
    console.log(`  ${stage.name}: fails without the bug too, ${without}`);
  }
  return null;
}

/** Returns what is wrong with the list or the page. */
function problems() {
  const twice = bugs.filter(({ name }, at) => bugs.findIndex((bug) => bug.name === name) < at);
  return [
    ...twice.map(({ name }) => `two bugs are named "${name}"`),
    ...bugs.flatMap((bug) => misfit(bug) ?? []),
    ...(options.check === true ? staleRows(bugs) : []),
  ];
}

const found = problems();
for (const problem of found) console.error(problem);
if (found.length > 0) process.exitCode = 1;
else if (options.check === true) console.log(`${bugs.length} planted bugs apply, and each was caught.`);
else {
  setPriority(10);
  const copy = new Copy();
  process.on("exit", () => copy.remove());
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));
  const rows = rowsOf(bugs);
  for (const bug of chosen) {
    const result = await plant(copy, bug);
    console.log(
      result === null ? `NOT CAUGHT: ${bug.name}` : `${bug.name}: ${result.caughtBy}, ${result.seconds} s`,
    );
    if (result === null) process.exitCode = 1;
    rows.set(bug.name, result);
    // At once, so that a run that is cut short has not been for nothing.
    writePage(pageOf(bugs, rows));
  }
}
