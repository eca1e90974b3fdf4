import { describe, expect, it } from "vitest";
import { report, type Row, sentence } from "../../src/when-to-use/table.js";

const row = (way: string, waits: number, computations: number, cpu: number): Row => ({
  way,
  waits: { wall: waits, cpu: waits / 10 },
  computations: { wall: computations, cpu },
});
const rows = [
  row("one after the other", 4000, 1200, 1200),
  row("as tasks", 200, 1210, 1200),
  row("in threads", 450, 640, 1200),
  row("in processes", 600, 700, 1260),
];

describe("the table", () => {
  it("has a row for each way, with the CPU's share of the time", () => {
    const lines = report(rows, 2).split("\n");
    const cells = lines
      .filter((line) => /│.* s │/.test(line))
      .map((line) => line.split("│").map((cell) => cell.trim()));
    expect(cells.map((cells) => cells.slice(1, -1))).toEqual([
      ["one after the other", "4.00 s", "10 %", "1.20 s", "100 %"],
      ["as tasks", "0.20 s", "10 %", "1.21 s", "99 %"],
      ["in threads", "0.45 s", "10 %", "0.64 s", "188 %"],
      ["in processes", "0.60 s", "10 %", "0.70 s", "180 %"],
    ]);
    expect(lines.at(-1)).toBe(sentence(rows, 2));
  });

  it("says what it shows", () => {
    expect(sentence(rows, 2)).toBe(
      "Waiting is for tasks: they need 0.20 s instead of 4.00 s, in one thread; computing is for threads and " +
        "processes: on 2 cores they need 0.64 s and 0.70 s instead of 1.20 s, where tasks gain nothing (1.21 s).",
    );
  });

  it("does not promise what a machine without idle cores can't keep", () => {
    const busy = [
      ...rows.slice(0, 2),
      row("in threads", 450, 1300, 1200),
      row("in processes", 600, 1400, 1260),
    ];
    expect(sentence(busy, 1)).toMatch(
      /; for computing tasks gain nothing .* nothing either here \(1\.30 s and 1\.40 s\)/,
    );
  });
});
