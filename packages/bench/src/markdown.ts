/**
 * `docs/benchmarks.md` and the charts it shows: the figures on the newest Node with long-term support. The figures alone
 * are in `docs/benchmarks.json`, from which the web site draws charts of its own.
 * Those of another Node stand beside it, in `docs/benchmarks-node-20.md` for instance.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { chart } from "./chart.js";
import {
  type CaseReport,
  formatted,
  formattedRatio,
  formattedSpread,
  perOperation,
  printed,
  type Report,
  type TopicReport,
} from "./report.js";

const NEWEST_LTS = 24;

/**
 * The name of the page for a version of Node, without its extension. The folder of its charts has the same.
 */
function pageName(node: string): string {
  const major = Number.parseInt(node);
  return major === NEWEST_LTS ? "benchmarks" : `benchmarks-node-${major}`;
}

/** The name of a chart's file. */
function fileName(topic: string, name: string): string {
  const words = `${topic} ${name}`
    .toLowerCase()
    .replaceAll(",", "")
    .split(/[^a-z0-9]+/);
  return `${words.filter((word) => word !== "").join("-")}.svg`;
}

function caseSection(page: string, topic: string, result: CaseReport): string[] {
  const { name, operation, unit, rows } = result;
  const cells = rows.map((row) => [
    row.label.startsWith("asyncio-ts") ? `**${row.label}**` : row.label,
    formatted(row.median),
    formattedSpread(row),
    formattedRatio(row.ratio.generator),
    formattedRatio(row.ratio.async),
  ]);
  return [
    `### ${name}`,
    "",
    `One operation: ${operation}.`,
    "",
    ...markdownTable(["", perOperation(unit), "spread", "to generators", "to async"], cells),
    "",
    `![${topic}, ${name}](${page}/${fileName(topic, name)})`,
    "",
  ];
}

/** Padded as the formatter of this repository does it. */
function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((heading, column) =>
    Math.max(3, heading.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(" | ")} |`;
  const rule = widths.map((width, column) =>
    column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
  );
  return [line(head), `| ${rule.join(" | ")} |`, ...rows.map(line)];
}

function topicSection(page: string, topic: TopicReport): string[] {
  const cases = topic.cases.filter(({ rows }) => rows.length > 0);
  if (cases.length === 0) return [];
  return [
    `## ${topic.name}: ${topic.title}`,
    "",
    ...(topic.note === undefined ? [] : [topic.note, ""]),
    ...cases.flatMap((result) => caseSection(page, topic.name, result)),
  ];
}

/** The page of a report; `others` are the names of the pages for other versions of Node. */
export function markdown(report: Report, others: readonly string[] = []): string {
  const page = pageName(report.versions["node"] ?? "");
  const list = Object.entries(report.versions).map(([name, version]) => `${name} ${version}`);
  return [
    "# Benchmarks",
    "",
    "Written by `pnpm bench --write`; the programs are in `packages/bench`. The figures of a table are medians of one run on",
    "one machine, each contender in processes of its own. The spread is half of the range of the middle half of the samples.",
    "A ratio is the figure divided by ours: that of generator coroutines, and that of async functions. What stands behind the",
    "figures, and what limits them, is in [performance](performance.md).",
    "",
    `- Date: ${report.date}${report.quick ? ", a quick run" : ""}`,
    `- Machine: ${report.machine}`,
    `- Versions: ${list.join("; ")}`,
    ...others.map((other) => `- On another Node: [${other}](${other}.md)`),
    "",
    ...report.topics.flatMap((topic) => topicSection(page, topic)),
  ].join("\n");
}

/** Replaces what an earlier run has written into this folder (`docs`). */
export function writeMarkdown(measured: Report, docs: URL): void {
  const report = printed(measured);
  const page = pageName(report.versions["node"] ?? "");
  const charts = new URL(`${page}/`, docs);
  rmSync(charts, { recursive: true, force: true });
  mkdirSync(charts, { recursive: true });
  for (const topic of report.topics) {
    for (const result of topic.cases) {
      if (result.rows.length === 0) continue;
      writeFileSync(new URL(fileName(topic.name, result.name), charts), chart(topic.name, result));
    }
  }
  const pages = readdirSync(docs).flatMap((file) => /^(benchmarks.*)\.md$/.exec(file)?.[1] ?? []);
  const others = pages.filter((other) => other !== page).sort();
  writeFileSync(new URL(`${page}.json`, docs), `${JSON.stringify(report, undefined, 2)}\n`);
  writeFileSync(new URL(`${page}.md`, docs), markdown(report, others));
}
