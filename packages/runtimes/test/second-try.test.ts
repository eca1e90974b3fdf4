import { expect, test } from "vitest";
import { withSecondTry } from "../src/second-try.js";
import type { Outcome } from "../src/suite.js";

/** A suite that has these outcomes, one list for each try. */
function suite(...tries: readonly (readonly Outcome[])[]): { run(): Promise<Outcome[]>; tries: number } {
  return {
    tries: 0,
    async run() {
      return [...(tries[this.tries++] ?? [])];
    },
  };
}
const passed = (name: string): Outcome => ({ name, status: "passed" });
const failed = (name: string, detail: string): Outcome => ({ name, status: "failed", detail });

test("a suite without a failure is run once", async () => {
  const outcomes: Outcome[] = [passed("a"), { name: "b", status: "skipped", detail: "no threads" }];
  const green = suite(outcomes);
  expect(await withSecondTry(() => green.run())).toEqual(outcomes);
  expect(green.tries).toBe(1);
});

test("what fails once has passed, and keeps the failure; what fails twice has failed", async () => {
  const flaky = suite(
    [passed("a"), failed("b", "first"), failed("c", "first")],
    [failed("a", "second"), passed("b"), failed("c", "second")],
  );
  expect(await withSecondTry(() => flaky.run())).toEqual([
    { name: "a", status: "passed", detail: "second" },
    { name: "b", status: "passed", detail: "first" },
    { name: "c", status: "failed", detail: "second" },
  ]);
  expect(flaky.tries).toBe(2);
});

test("a file that can't be loaded at the first try is told", async () => {
  const flaky = suite([failed("file", "crash")], [passed("a"), passed("b")]);
  expect(await withSecondTry(() => flaky.run())).toEqual([
    passed("a"),
    passed("b"),
    { name: "file", status: "passed", detail: "crash" },
  ]);
});

test("a file that can't be loaded at the second try has failed, since its tests are missing", async () => {
  const flaky = suite([passed("a"), failed("b", "first")], [failed("file", "crash")]);
  expect(await withSecondTry(() => flaky.run())).toEqual([failed("file", "crash"), failed("b", "first")]);
});

test("of two checks with one name, one that fails twice has failed", async () => {
  const flaky = suite([passed("a"), failed("a", "first")], [failed("a", "second"), passed("a")]);
  const outcomes = await withSecondTry(() => flaky.run());
  expect(outcomes.map(({ status }) => status)).toEqual(["failed", "passed"]);
});
