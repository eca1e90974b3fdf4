/** Puts charts of the site's own where a page of benchmarks has pictures, which know neither its colours nor its width. */
import { readFileSync } from "node:fs";
import { root } from "./pages.js";

/** What is read of `docs/benchmarks.json`, which `pnpm bench --write` writes. */
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

/** The same pictures, drawn again in HTML: bars whose labels are text of the page. */
export function expandCharts(markdown: string): string {
  return markdown.replaceAll(
    /^!\[([^\]]+)\]\((benchmarks[\w-]*)\/[\w-]+\.svg\)$/gm,
    (_, title: string, page: string) => {
      const { topics } = JSON.parse(readFileSync(`${root}docs/${page}.json`, "utf8")) as Figures;
      const chart = topics
        .flatMap(({ name, cases }) => cases.map((each) => ({ ...each, title: `${name}, ${each.name}` })))
        .find((each) => each.title === title);
      if (chart === undefined) throw new Error(`${page}.json has no figures of: ${title}`);
      const longest = Math.max(...chart.rows.map(({ median }) => median));
      const bars = chart.rows.map(({ label, median }) => {
        const kind = label.startsWith("asyncio-ts") ? ' class="ours"' : "";
        const share = (median / longest).toFixed(4);
        const text = median.toLocaleString("en", { maximumSignificantDigits: 21 });
        return `<li${kind}><span>${escaped(label)}</span> <b style="--share: ${share}">${text}</b></li>`;
      });
      const unit = chart.unit === "ns" ? "ns per operation" : chart.unit;
      const direction = chart.unit === "requests/s" ? "more is better" : "less is better";
      return [
        '<figure class="chart">',
        `<figcaption>${escaped(`${title}: ${unit}, ${direction}`)}</figcaption>`,
        "<ul>",
        ...bars,
        "</ul>",
        "</figure>",
      ].join("\n");
    },
  );
}

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
