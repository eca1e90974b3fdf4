/**
 * Counts how many runs `explore` needs for each known bug, and compares the counts with `docs/explore.md`.
 * `pnpm --dir packages/sync run soak -u` writes the page.
 */
import { bothKinds } from "@asyncio-ts/testkit";
import { expect, test } from "vitest";
import { knownBugs } from "./known-bugs/index.js";
import { explored, type ExploredOptions, type KnownBug } from "./known-bugs/known-bug.js";

const MOST = 2000;
const SEEDS = [1, 10_001, 20_001, 30_001, 40_001];
const BYSTANDERS = 6;
const columns: readonly ExploredOptions[] = [
  { strategy: "pct" },
  { strategy: "random" },
  { strategy: "exhaustive" },
  { strategy: "exhaustive", switches: Infinity, cutsOff: true },
];
const [, generators] = bothKinds;

/** Returns the median of the runs that the seeds need; undefined if most of them find nothing. */
async function runsFor(
  bug: KnownBug,
  options: ExploredOptions,
  bystanders: number,
): Promise<number | undefined> {
  // What does not depend on a seed needs only one.
  const seeds =
    options.strategy === "exhaustive" || options.cancel === "every step" ? SEEDS.slice(0, 1) : SEEDS;
  const all: number[] = [];
  for (const seed of seeds) {
    const runs = options.cancel === "every step" ? 1 : MOST;
    const found = await explored(bug, generators, { runs, shrink: 0, seed, ...options }, bystanders);
    all.push(found?.runs ?? Infinity);
  }
  const median = all.sort((one, other) => one - other)[all.length >> 1] as number;
  return median <= MOST ? median : undefined;
}

async function row(bug: KnownBug): Promise<string> {
  const cells: (string | number)[] = [`**${bug.name}**: ${bug.what}`, bug.smallest];
  for (const bystanders of [0, BYSTANDERS]) {
    for (const options of columns) cells.push((await runsFor(bug, options, bystanders)) ?? "–");
    const swept = bug.cancel === true ? await runsFor(bug, { cancel: "every step" }, bystanders) : undefined;
    cells.push(swept ?? "");
  }
  return `| ${cells.join(" | ")} |`;
}

test("the page has the runs that each strategy needs", async () => {
  const rows: string[] = [];
  for (const bug of knownBugs) rows.push(await row(bug));
  const page = `# What \`explore\` finds

The classic mistakes of concurrent programs, each as a small program in
[packages/sync/test/known-bugs](../packages/sync/test/known-bugs), and how many runs
\`explore\` of \`@asyncio-ts/loop/testing\` needs to find it. Each program works in the order of the loop alone.
[The guide](guide.md#exploring-orders) explains how to use it.

- _Switches_: how many switches and cancellations the smallest run has in which the mistake shows. What is
  found is shrunk to no more than twice as many (\`known-bugs.test.ts\`).
- The numbers are runs, the median of ${SEEDS.length} fixed seeds. A dash: most seeds found nothing in ${MOST.toLocaleString("en")} runs.
- _Every step_: \`cancel: "every step"\`, for the mistakes that need a cancellation. The other strategies ran
  with \`cancel: true\` there.
- _Cut off_: \`exhaustive\` without a bound on switches, where \`equalStates\` tells what the tasks share. A native
  promise cuts off nothing, nor does a task that is being cancelled.
- On the right, ${BYSTANDERS} tasks run beside the program that have nothing to do with it. There a strategy has to
  find the few turns that matter among many.

This page is written by \`packages/sync/test/known-bugs.soak.ts\`.

| mistake | switches | pct | random | exhaustive | cut off | every step | among others: pct | random | exhaustive | cut off | every step |
| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |
${rows.join("\n")}
`;
  await expect(page).toMatchFileSnapshot("../../../docs/explore.md");
});
