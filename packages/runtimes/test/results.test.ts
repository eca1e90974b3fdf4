import { expect, test } from "vitest";
import { count, tableOf } from "../src/results.js";
import type { Outcome } from "../src/suite.js";

const outcomes = (...all: Outcome["status"][]): Outcome[] =>
  all.map((status, i) => ({ name: `${i}`, status }));
const results = [
  { runtime: "node-20", suite: "traces", outcomes: outcomes("passed", "passed") },
  { runtime: "node-20", suite: "vitest", outcomes: outcomes("skipped") },
  { runtime: "bun", suite: "traces", outcomes: outcomes("passed", "failed") },
  { runtime: "deno", suite: "traces", outcomes: [{ name: "a", status: "passed", detail: "first" } as const] },
];

test("outcomes are counted over all runtimes and suites", () => {
  expect((["passed", "failed", "skipped"] as const).map((status) => count(results, status))).toEqual([
    4, 1, 1,
  ]);
});

test("the table has a row for each runtime and a column for each suite", () => {
  const rows = tableOf(results)
    .split("\n")
    .filter((line) => line.startsWith("│"))
    .map((line) =>
      line
        .split("│")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  expect(rows).toEqual([
    ["", "traces", "vitest"],
    ["node-20", "2 passed", "1 skipped"],
    ["bun", "1 passed, 1 failed", ""],
    ["deno", "1 passed, 1 at one try of two", ""],
  ]);
});
