import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { expandCharts } from "../src/expand-charts.js";
import { root } from "../src/pages.js";

describe("expandCharts", () => {
  it.for(["benchmarks", "benchmarks-node-20"])(
    "draws each picture of docs/%s.md, from its figures",
    (page) => {
      const text = readFileSync(`${root}docs/${page}.md`, "utf8");
      const expanded = expandCharts(text);
      expect(expanded.match(/<figure class="chart">/g)).toHaveLength(text.match(/^!\[/gm)?.length ?? 0);
      expect(expanded).not.toContain(".svg");
      // Each row of the tables has a bar, with the figure that stands in its row.
      const rows = Array.from(
        text.matchAll(/^\| (?:\*\*)?([^|]+?)(?:\*\*)? +\| +([\d.,]+) \|/gm),
        ([, label, figure]) => [label, figure],
      );
      const bars = Array.from(
        expanded.matchAll(/<li.*?><span>(.*?)<\/span> <b .*?>(.*?)<\/b>/g),
        ([, label, figure]) => [label, figure],
      );
      expect(bars).toEqual(rows);
      expect(bars.length).toBeGreaterThan(100);
      // The longest bar of a chart is as long as its place.
      for (const [chart] of expanded.matchAll(/<figure[^]*?<\/figure>/g)) {
        const shares = Array.from(chart.matchAll(/--share: ([\d.]+)/g), ([, share]) => Number(share));
        expect(Math.max(...shares)).toBe(1);
      }
    },
  );

  it("says which figures are missing", () => {
    expect(() => expandCharts("![no, such case](benchmarks/no-such-case.svg)")).toThrow(
      "benchmarks.json has no figures of: no, such case",
    );
    expect(expandCharts("![another](pictures/another.svg)")).toBe("![another](pictures/another.svg)");
  });
});
