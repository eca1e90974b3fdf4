import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createColors } from "picocolors";
import { afterEach, describe, expect, it } from "vitest";
import { markdown, writeMarkdown } from "../src/markdown.js";
import type { CaseResult } from "../src/measure-all.js";
import { formatted, type Report, report, versions } from "../src/report.js";
import { table } from "../src/table.js";
import { topics } from "../src/topics.js";

const results: CaseResult[] = [
  {
    topic: "step",
    name: "100 tasks",
    operation: "one suspension",
    unit: "ns",
    results: [
      { contender: "generator", samples: [100, 90, 110] },
      { contender: "async", samples: [400] },
      { contender: "effect", samples: [450, 450] },
    ],
  },
];
const steps = report(
  topics.filter(({ name }) => name === "step"),
  results,
);
const whole: Report = {
  date: "2026-01-01",
  machine: "2 cores",
  quick: true,
  versions: { node: "24.21.0" },
  topics: steps,
};
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe("report", () => {
  it("gives medians, and ratios to both of ours", () => {
    const [effect] = steps[0]?.cases[0]?.rows.slice(2) ?? [];
    expect(effect).toMatchObject({ median: 450, ratio: { generator: 4.5, async: 1.125 } });
  });

  it("knows the versions of the peers", () => {
    const found = versions({ uvloop: { executable: "python3", version: "0.17.0, Python 3.11.2" } });
    expect(found).toMatchObject({ node: process.versions.node, uvloop: "0.17.0, Python 3.11.2" });
    expect(found["effect"]).toMatch(/^\d+\.\d+\.\d+/);
  });

  it("shows three digits", () => {
    expect([0.123456, 12.345, 1234.5, 1234567].map(formatted)).toEqual([
      "0.123",
      "12.3",
      "1,235",
      "1,234,567",
    ]);
  });
});

describe("table", () => {
  it("has a row for each contender", () => {
    const lines = table(steps[0] ?? expect.fail("no topic"), createColors(false)).split("\n");
    expect(lines[0]).toBe("=== step: a step of a task: sleep(0) ===");
    expect(lines.find((line) => line.includes("effect"))?.split(/[│\s]{2,}/)).toEqual(
      expect.arrayContaining(["450", "4.5 ×", "1.13 ×"]),
    );
  });
});

describe("markdown", () => {
  it("is a page with a chart for each case", () => {
    const text = markdown(whole);
    expect(text).toContain("- Date: 2026-01-01, a quick run\n- Machine: 2 cores\n- Versions: node 24.21.0\n");
    expect(text).toMatch(/\| effect +\| +450 \| +± 0 % \| +4\.5 × \| +1\.13 × \|/);
    const folder = mkdtempSync(join(tmpdir(), "bench-"));
    folders.push(folder);
    writeMarkdown(whole, pathToFileURL(`${folder}/`));
    expect(readFileSync(join(folder, "benchmarks.md"), "utf8")).toBe(text);
    const [, chart = ""] = /!\[.*\]\((.*)\)/.exec(text) ?? [];
    expect(existsSync(join(folder, chart))).toBe(true);
    expect(readFileSync(join(folder, chart), "utf8")).toContain(">450</text>");
  });

  it.for(["benchmarks", "benchmarks-node-20"])(
    "of the figures in docs/%s.json is that page, with its charts",
    (page) => {
      const docs = new URL("../../../docs/", import.meta.url);
      const figures = JSON.parse(readFileSync(new URL(`${page}.json`, docs), "utf8")) as Report;
      const folder = mkdtempSync(join(tmpdir(), "bench-"));
      folders.push(folder);
      const other = page === "benchmarks" ? "benchmarks-node-20" : "benchmarks";
      writeFileSync(join(folder, `${other}.md`), "");
      writeMarkdown(figures, pathToFileURL(`${folder}/`));
      const files = [
        `${page}.md`,
        `${page}.json`,
        ...readdirSync(join(folder, page)).map((chart) => `${page}/${chart}`),
      ];
      expect(files.length).toBeGreaterThan(30);
      const differing = files.filter(
        (file) => readFileSync(join(folder, file), "utf8") !== readFileSync(new URL(file, docs), "utf8"),
      );
      expect(differing).toEqual([]);
    },
  );

  it("has a page of its own for another Node, which names the others", () => {
    const folder = mkdtempSync(join(tmpdir(), "bench-"));
    folders.push(folder);
    const docs = pathToFileURL(`${folder}/`);
    writeMarkdown(whole, docs);
    writeMarkdown({ ...whole, versions: { node: "20.19.0" } }, docs);
    const text = readFileSync(join(folder, "benchmarks-node-20.md"), "utf8");
    expect(text).toContain("- Versions: node 20.19.0\n- On another Node: [benchmarks](benchmarks.md)\n");
    const [, chart = ""] = /!\[.*\]\((.*)\)/.exec(text) ?? [];
    expect(chart).toMatch(/^benchmarks-node-20\//);
    expect(existsSync(join(folder, chart))).toBe(true);
  });
});
