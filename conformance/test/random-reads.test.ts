import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { run } from "@asyncio-ts/task";
import { bothKinds } from "@asyncio-ts/testkit";
import { expect, it } from "vitest";
import { inAsyncFunction, inGenerator, recordedIn, replay } from "../readers/replay.js";
import { python, reason } from "./support/random-programs.js";

const folder = new URL("../readers/", import.meta.url);
const text = await readFile(new URL("recorded.jsonl", folder), "utf8");
const recorded = recordedIn(text);

it.each(bothKinds)("random reads return what CPython's do, in %s", (kind) =>
  run(
    kind.body(function* () {
      for (const each of recorded) {
        expect(
          yield* replay(each, kind === bothKinds[0] ? inAsyncFunction : inGenerator),
          `${each.seed}`,
        ).toEqual(each.log);
      }
    }),
  ),
);

it.each([
  "CancelledError",
  "IncompleteReadError",
  "LimitOverrunError",
  "RuntimeError",
  "StopAsyncIteration",
  "ValueError",
  "Broken",
])("the recorded reads have ended with %s", (name) => {
  expect(recorded.some(({ log }) => log.some((entry) => entry.includes(name)))).toBe(true);
});

it.skipIf(python === null)(`CPython still returns what is recorded${reason}`, async () => {
  const script = fileURLToPath(new URL("record.py", folder));
  const { stdout } = await promisify(execFile)(python as string, [script, "0", String(recorded.length)], {
    maxBuffer: 2 ** 26,
  });
  expect(stdout === text).toBe(true);
});
