/** `explore` in other test runners, whose channels and timers are active while it runs. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { needing } from "@asyncio-ts/testkit";
import { beforeAll, expect, test } from "vitest";
import { buildProgram, here } from "./build-program.js";

beforeAll(() => buildProgram("explored"));

test.each([
  ["in a process for each file", ["--test", "--test-reporter=tap"]],
  ["as a program of its own", ["--test-reporter=tap"]],
])("node:test, %s", needing("option `--test` for `node:test`"), async (_, flags) => {
  // vitest sets NODE_ENV and options for its own workers.
  const child = spawn(process.execPath, [...flags, here("dist/explored.js")], { env: {}, timeout: 100_000 });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  const [code] = (await once(child, "close")) as [number | null];
  const results = output.match(/(?:not )?ok \d+ - (?:an order|a deadlock|a native|a program).*/g);
  expect(results).toEqual([
    "not ok 1 - an order that matters",
    "not ok 2 - a deadlock",
    "not ok 3 - a native promise that nobody settles",
    "ok 4 - a program that works in every order",
  ]);
  expect(
    output.match(/repeat it with explore\(program, \{ replay: "[^"]*" \}\)/g)?.length,
  ).toBeGreaterThanOrEqual(3);
  expect(code).toBe(1);
});
