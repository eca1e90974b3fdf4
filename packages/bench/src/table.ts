import Table from "cli-table3";
import type { createColors } from "picocolors";
import {
  formatted,
  formattedRatio,
  formattedSpread,
  moreIsBetter,
  perOperation,
  type TopicReport,
} from "./report.js";
import { ours } from "./topic.js";

/** A topic as a table for the terminal. */
export function table(topic: TopicReport, colors: ReturnType<typeof createColors>): string {
  const lines = new Table({
    colAligns: ["left", "right", "right", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const { name, operation, unit, rows } of topic.cases) {
    if (rows.length === 0) continue;
    const better = moreIsBetter(unit) ? "; more is better" : "";
    lines.push([{ colSpan: 5, content: `${colors.bold(name)}: ${operation}${better}` }]);
    lines.push(
      ["", perOperation(unit), "spread", "to generators", "to async"].map((each) => colors.dim(each)),
    );
    for (const row of rows) {
      const label = (ours as readonly string[]).includes(row.contender) ? colors.cyan(row.label) : row.label;
      lines.push([
        label,
        formatted(row.median),
        formattedSpread(row),
        formattedRatio(row.ratio.generator),
        formattedRatio(row.ratio.async),
      ]);
    }
  }
  const note = topic.note === undefined ? "" : `\n${colors.dim(topic.note)}`;
  return `${colors.bold(colors.cyan(`=== ${topic.name}: ${topic.title} ===`))}\n${lines.toString()}${note}`;
}
