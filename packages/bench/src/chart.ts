import { type CaseReport, formatted, moreIsBetter, perOperation } from "./report.js";

const WIDTH = 720;
const LABELS = 210;
const VALUES = 90;
const BAR = 18;
const ROW = 26;
const HEAD = 44;

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/**
 * A case as a bar chart, an SVG that suits light and dark pages. Bars are as long as their values; none is
 * cut.
 */
export function chart(topic: string, { name, operation, unit, rows }: CaseReport): string {
  const longest = Math.max(...rows.map((row) => row.median));
  const height = HEAD + rows.length * ROW + 8;
  const direction = moreIsBetter(unit) ? "more is better" : "less is better";
  const heading = `${topic}, ${name}: ${perOperation(unit)}, ${direction}`;
  const bars = rows.map((row, index) => {
    const y = HEAD + index * ROW;
    const width = Math.max((row.median / longest) * (WIDTH - LABELS - VALUES), 1).toFixed(1);
    const kind = row.label.startsWith("asyncio-ts") ? "ours" : "peer";
    const middle = y + BAR / 2 + 4;
    return [
      `  <text x="${LABELS - 8}" y="${middle}" text-anchor="end">${escaped(row.label)}</text>`,
      `  <rect class="${kind}" x="${LABELS}" y="${y}" width="${width}" height="${BAR}" rx="2"/>`,
      `  <text x="${LABELS + Number(width) + 6}" y="${middle}">${formatted(row.median)}</text>`,
    ].join("\n");
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
  <title>${escaped(heading)}</title>
  <style>
    text { font: 12px system-ui, sans-serif; fill: #1f2328; }
    .heading { font-weight: 600; font-size: 13px; }
    .operation { fill: #59636e; }
    .ours { fill: #0969da; }
    .peer { fill: #afb8c1; }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc; }
      .operation { fill: #9198a1; }
      .ours { fill: #4493f8; }
      .peer { fill: #656c76; }
    }
  </style>
  <text class="heading" x="0" y="14">${escaped(heading)}</text>
  <text class="operation" x="0" y="31">${escaped(operation)}</text>
${bars.join("\n")}
</svg>
`;
}
