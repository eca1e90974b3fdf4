/** The findings of a run, ready to be shown: the environment, and for each case its rows. */
import { readFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import type { CaseResult } from "./measure-all.js";
import type { PythonSystems } from "./python.js";
import { median, spread } from "./statistics.js";
import { type Contender, labels, type Ours, ours, pythons, type Topic, type Unit } from "./topic.js";

export interface Row {
  readonly contender: Contender;
  readonly label: string;
  readonly median: number;
  /** Half of the range of the middle half of the samples, as a fraction of the median; missing for a single sample. */
  readonly spread?: number;
  /** The median divided by that of ours; missing where there is none. */
  readonly ratio: Partial<Readonly<Record<Ours, number>>>;
}

export interface CaseReport extends Omit<CaseResult, "results"> {
  readonly rows: readonly Row[];
}

export interface TopicReport {
  readonly name: string;
  readonly title: string;
  readonly note?: string | undefined;
  readonly cases: readonly CaseReport[];
}

export interface Report {
  /** Year, month and day. */
  readonly date: string;
  readonly machine: string;
  readonly quick: boolean;
  readonly versions: Readonly<Record<string, string>>;
  readonly topics: readonly TopicReport[];
}

const packages = [
  "effect",
  "effection",
  "async-mutex",
  "async-sema",
  "p-limit",
  "p-map",
  "p-queue",
  "p-retry",
  "p-throttle",
  "p-event",
  "tinypool",
] as const;

export function versions(systems: PythonSystems): Record<string, string> {
  const found: Record<string, string> = {
    node: process.versions.node,
    "asyncio-ts": versionOf("@asyncio-ts/task"),
  };
  for (const name of packages) found[name] = versionOf(name);
  for (const name of pythons) {
    const system = systems[name];
    if (system !== undefined) found[name] = system.version;
  }
  return found;
}

function versionOf(name: string): string {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/** The machine in words: what it has, and how busy it was. */
export function machine(): string {
  const cores = cpus().length;
  const memory = Math.round(totalmem() / 2 ** 30);
  const [load = 0] = loadavg();
  return `${cores} cores, ${memory} GiB of memory, ${process.platform} ${process.arch}, load average ${load.toFixed(1)} when it began`;
}

export function report(topics: readonly Topic[], results: readonly CaseResult[]): TopicReport[] {
  return topics.map(({ name, title, note }) => ({
    name,
    title,
    note,
    cases: results.filter((result) => result.topic === name).map(caseReport),
  }));
}

function caseReport({ results, ...rest }: CaseResult): CaseReport {
  const medians = new Map(results.map(({ contender, samples }) => [contender, median(samples)]));
  const rows = results.map(({ contender, samples }): Row => {
    const own = median(samples);
    const ratio: Partial<Record<Ours, number>> = {};
    for (const each of ours) {
      const reference = medians.get(each);
      if (reference !== undefined) ratio[each] = own / reference;
    }
    return {
      contender,
      label: labels[contender],
      median: own,
      ...(samples.length > 1 && { spread: spread(samples) }),
      ratio,
    };
  });
  return { ...rest, rows };
}

/** Three digits are what such a measurement is good for. */
function rounded(value: number): number {
  return Number(value < 1000 ? value.toPrecision(3) : value.toFixed(0));
}

/** The report with the digits that its page shows. */
export function printed(report: Report): Report {
  const row = ({ spread, ratio, ...rest }: Row): Row => ({
    ...rest,
    median: rounded(rest.median),
    ...(spread !== undefined && { spread: Number(spread.toFixed(2)) }),
    ratio: Object.fromEntries(Object.entries(ratio).map(([name, value]) => [name, rounded(value)])),
  });
  const part = ({ rows, ...rest }: CaseReport): CaseReport => ({ ...rest, rows: rows.map(row) });
  return {
    ...report,
    topics: report.topics.map((topic) => ({ ...topic, cases: topic.cases.map(part) })),
  };
}

export function formatted(value: number): string {
  return rounded(value).toLocaleString("en", { maximumSignificantDigits: 21 });
}

export function formattedSpread({ spread }: Row): string {
  return spread === undefined ? "one sample" : `± ${(spread * 100).toFixed(0)} %`;
}

export function formattedRatio(ratio: number | undefined): string {
  return ratio === undefined ? "" : `${formatted(ratio)} ×`;
}

/** The heading of the column of values. */
export function perOperation(unit: Unit): string {
  return unit === "ns" ? "ns per operation" : unit;
}

/** More is better only where things are counted per second. */
export function moreIsBetter(unit: Unit): boolean {
  return unit === "requests/s";
}
