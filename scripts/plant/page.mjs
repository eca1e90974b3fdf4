// docs/planted-bugs.md: a row for each planted bug, with its last result. The rows are read again, so that a run of some
// bugs leaves the results of the others.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./copy.mjs";

const file = join(root, "docs/planted-bugs.md");

const head = `# Planted bugs

Lines of the libraries whose comments say why they must be there: an order, a clean-up, a second look, a guard
against a wake-up or a cancellation that is lost. Each was removed or changed, one at a time, as in the table,
and this page says which test noticed, and after how many seconds.

\`\`\`sh
pnpm plant                        # all of them, which takes half an hour
pnpm plant "newcomer overtakes"   # this one
pnpm plant --check                # whether each still applies; a part of pnpm check
\`\`\`

The bugs are in [scripts/plant/bugs.mjs](../scripts/plant/bugs.mjs). \`pnpm plant\` puts each into a copy of the
repository, and runs the test files that it names; if these pass, all tests of its package, then those of the
libraries above it, and at last the soak of its package, from one seed, for five minutes. It stops at the first
failure, and makes sure that the same run passes without the bug. A bug that nothing catches deserves a test
that says what is wrong. This page is written by \`pnpm plant\`.

`;

const columns = "| bug | file | line | becomes | what the line is for | caught by | seconds |";
const rule = "| --- | --- | --- | --- | --- | --- | --: |";

/** Writes lines into one cell of a table. */
function code(lines) {
  const text = lines.trim().replaceAll(/\s*\n\s*/g, " ");
  return "`" + text.replaceAll("|", "\\|") + "`";
}

/** The cells of a row that don't depend on a run. */
function described({ name, file: path, line, becomes, why }) {
  const left = becomes === undefined ? "–" : code(becomes);
  return `| ${name} | ${path} | ${code(line)} | ${left} | ${why} |`;
}

/** Returns a row; without a result, null says that nothing caught the bug, and undefined that it was not tried. */
function rowOf(bug, result) {
  const none = result === null ? "**nothing**" : "not run yet";
  const cells = result ? [result.caughtBy.replaceAll("|", "\\|"), result.seconds] : [none, ""];
  return `${described(bug)} ${cells.join(" | ")} |`;
}

/** Reads the results of earlier runs, by the names of the bugs. */
export function rowsOf(bugs) {
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  const rows = new Map();
  for (const bug of bugs) {
    const row = lines.find((line) => line.startsWith(`${described(bug)} `));
    const parts = /^ (.*) \| (\d+) \|$/.exec(row?.slice(described(bug).length) ?? "");
    if (parts !== null)
      rows.set(bug.name, { caughtBy: parts[1].replaceAll("\\|", "|"), seconds: Number(parts[2]) });
  }
  return rows;
}

/** Returns the bugs whose row is missing, or says that nothing has caught them. */
export function staleRows(bugs) {
  const rows = rowsOf(bugs);
  return bugs
    .filter(({ name }) => !rows.has(name))
    .map(
      ({ name }) =>
        `docs/planted-bugs.md says of no test that it catches "${name}"; run: pnpm plant "${name}"`,
    );
}

export function pageOf(bugs, rows) {
  const table = bugs.map((bug) => rowOf(bug, rows.get(bug.name)));
  return `${head}${[columns, rule, ...table].join("\n")}\n`;
}

export function writePage(text) {
  writeFileSync(file, text);
}
