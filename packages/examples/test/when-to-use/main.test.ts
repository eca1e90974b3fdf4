import { expect, it } from "vitest";
import { runBuilt } from "../built.js";

it("measures both kinds of work in each way, and leaves nothing running", async () => {
  const { out, err, code } = await runBuilt(["when-to-use", "--fast"]);
  expect([err, code]).toEqual(["", 0]);
  const rows = out
    .split("\n")
    .filter((line) => /│.* s │/.test(line))
    .map((line) => /│ (.*?) +│ +([\d.]+) s │/.exec(line)?.slice(1));
  expect(rows.map((row) => row?.[0])).toEqual([
    "one after the other",
    "as tasks",
    "in threads",
    "in processes",
  ]);
  // The time that the others need depends on the machine.
  expect(Number(rows[0]?.[1])).toBeGreaterThanOrEqual(4);
  expect(out.trimEnd().split("\n").at(-1)).toMatch(/^Waiting is for tasks: /);
});
