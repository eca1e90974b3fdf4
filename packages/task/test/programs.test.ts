/**
 * Whole programs, in processes of their own: what ends them, or goes wrong beside the loop, must not leave it
 * hanging.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { beforeAll, expect, test } from "vitest";
import { needing } from "@asyncio-ts/testkit";
import { buildProgram, here } from "./build-program.js";

beforeAll(() => buildProgram("endings"));

test.each<[string, number, string[]]>([
  ["exit in a callback", 3, []],
  ["exit in a finally", 3, []],
  ["exit in the finally of a generator", 3, []],
  ["exit in a task of a group", 3, []],
  ["exit in an exception handler", 3, []],
  ["an exit listener that uses the loop", 3, []],
  ["errors in the ticks and microtasks of others", 0, ["the loop runs", "the loop runs", "20"]],
  ["the same on the default loop", 0, ["the loop runs"]],
  [
    "an async exception handler",
    0,
    ["a function, a callback of the event loop, threw an error", "the loop runs"],
  ],
  ["a console that is broken", 0, ["the loop runs"]],
  ["a deadlock on a virtual loop of endless patience", 0, ["true"]],
])("%s", endsWith);

test(
  "a job of the thread pool, which no runtime shows, on a virtual loop without patience",
  needing("list of what holds the process, with its threads"),
  ({ task }) => endsWith(task.name, 0, ["hashed"]),
);

/** Runs a program, and expects its exit code and the lines of its output. */
async function endsWith(name: string, code: number, lines: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [here("dist/endings.js"), name], { timeout: 100_000 });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  const [ended] = (await once(child, "close")) as [number | null];
  expect(output.split("\n").slice(0, -1)).toEqual(lines);
  expect(ended).toBe(code);
}
