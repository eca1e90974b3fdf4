/** Puts charts of the site's own where a page of benchmarks has pictures, which know neither its colours nor its width. */
import { readFileSync } from "node:fs";
import { escapeHtml } from "./escape-html.js";
import { root } from "./pages.js";

/** The part of `docs/benchmarks.json` that charts are drawn from. `pnpm bench --write` writes the file. */
interface Figures {
  readonly topics: readonly {
    readonly name: string;
    readonly cases: readonly {
      readonly name: string;
      readonly operation: string;
      readonly unit: string;
      readonly rows: readonly { readonly label: string; readonly median: number }[];
    }[];
  }[];
}

/** Draws the pictures of a page again in HTML: bars whose labels are text of the page. */
export function expandCharts(markdown: string): string {
  const read = new Map<string, Figures>();
  const figuresOf = (page: string): Figures => {
    const figures =
      read.get(page) ?? (JSON.parse(readFileSync(`${root}docs/${page}.json`, "utf8")) as Figures);
    read.set(page, figures);
    return figures;
  };
  return markdown.replaceAll(
    /^!\[([^\]]+)\]\((benchmarks[\w-]*)\/[\w-]+\.svg\)$/gm,
    (_, title: string, page: string) => {
      const chart = figuresOf(page)
        .topics.flatMap(({ name, cases }) =>
          cases.map((each) => ({ ...each, title: `${name}, ${each.name}` })),
        )
        .find((each) => each.title === title);
      if (chart === undefined) throw new Error(`${page}.json has no figures of: ${title}`);
      const longest = Math.max(...chart.rows.map(({ median }) => median));
      const bars = chart.rows.map(({ label, median }) => {
        const kind = label.startsWith("asyncio-ts") ? ' class="ours"' : "";
        const share = (median / longest).toFixed(4);
        const text = median.toLocaleString("en", { maximumSignificantDigits: 21 });
        return `<li${kind}><span>${escapeHtml(label)}</span> <b style="--share: ${share}">${text}</b></li>`;
      });
      const unit = chart.unit === "ns" ? "ns per operation" : chart.unit;
      const direction = chart.unit === "requests/s" ? "more is better" : "less is better";
      return [
        '<figure class="chart">',
        `<figcaption>${escapeHtml(`${title}: ${unit}, ${direction}`)}</figcaption>`,
        "<ul>",
        ...bars,
        "</ul>",
        "</figure>",
      ].join("\n");
    },
  );
}
