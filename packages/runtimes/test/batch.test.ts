import { expect, test } from "vitest";
import { runBatch } from "../src/batch.js";
import type { Printed, Session } from "../src/runtime.js";

/** A session whose program prints these lines, one list for each time that it is run. */
function sessionOf(...runs: { lines: object[]; more?: Partial<Printed> }[]): Session & { args: unknown[] } {
  const args: unknown[] = [];
  return {
    args,
    version: "1",
    executable: undefined,
    run: async (program) => {
      args.push(program.args);
      const { lines, more } = runs.shift() ?? { lines: [] };
      const stdout = ["not a line of the protocol", ...lines.map((line) => JSON.stringify(line))].join("\n");
      return { stdout, stderr: "", exitCode: 0, timedOut: false, ...more };
    },
    close: async () => {},
  };
}

const passes = (name: string) => [{ begins: name }, { ends: name, error: null }];
const program = { file: "program.js" };

test("each check of a batch passes, fails or is skipped", async () => {
  const session = sessionOf({
    lines: [
      ...passes("a"),
      { begins: "b" },
      { ends: "b", error: "wrong" },
      { begins: "c" },
      { ends: "c", skipped: "no threads" },
      { over: true },
    ],
  });
  expect(await runBatch(session, program)).toEqual([
    { name: "a", status: "passed" },
    { name: "b", status: "failed", detail: "wrong" },
    { name: "c", status: "skipped", detail: "no threads" },
  ]);
});

test("a check that ends or blocks the program has failed, and those after it run in another process", async () => {
  const session = sessionOf(
    { lines: [...passes("a"), { begins: "b" }], more: { exitCode: 3, stderr: "oh no\n" } },
    { lines: [{ begins: "c" }], more: { exitCode: undefined, timedOut: true } },
    { lines: [...passes("d"), { over: true }] },
  );
  expect(await runBatch(session, program)).toEqual([
    { name: "a", status: "passed" },
    { name: "b", status: "failed", detail: "the program ended with exit code 3\noh no" },
    { name: "c", status: "failed", detail: "it hangs" },
    { name: "d", status: "passed" },
  ]);
  expect(session.args).toEqual([["0"], ["2"], ["3"]]);
});

test.each([
  ["start", { lines: [], more: { exitCode: 1 } }, ["the program's start"]],
  ["end", { lines: [...passes("a"), { over: true }], more: { exitCode: 1 } }, ["the program's end"]],
  ["loss of its end", { lines: [] }, ["the program's start"]],
])(
  "a failure at the program's %s is one of its own, and no reason to run it again",
  async (_, run, failed) => {
    const outcomes = await runBatch(sessionOf(run), program);
    expect(outcomes.filter(({ status }) => status === "failed").map(({ name }) => name)).toEqual(failed);
  },
);
