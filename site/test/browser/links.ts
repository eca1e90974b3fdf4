/** Every link of the built pages leads to a page, and to a heading of it. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { pageOf, root } from "../../src/pages.js";
import { base, builtPages, dist, fileOf } from "./support/site.js";

const ids = new Map<string, Set<string>>();
function idsOf(file: string): Set<string> {
  const known =
    ids.get(file) ??
    new Set(Array.from(readFileSync(file, "utf8").matchAll(/ id="([^"]+)"/g), ([, id]) => unescape(id)));
  ids.set(file, known);
  return known;
}

function unescape(text = ""): string {
  return text.replaceAll("&amp;", "&").replaceAll("&#39;", "'").replaceAll("&quot;", '"');
}

describe("the built pages", () => {
  const pages = builtPages.map((path) => fileOf(base + path) ?? path);

  it("have only links that lead somewhere", () => {
    expect(pages.length).toBeGreaterThan(40);
    const lost = pages.flatMap((page) => {
      const path = base + page.slice(dist.length).replace(/(?:index)?\.html$/, "");
      const links = Array.from(readFileSync(page, "utf8").matchAll(/<a [^>]*href="([^"]+)"/g), ([, link]) =>
        unescape(link),
      );
      return [...new Set(links)].flatMap((link) => {
        const { origin, pathname, hash } = new URL(link, `http://site${path}`);
        if (origin !== "http://site") {
          const [, own] =
            /^https:\/\/github\.com\/asyncio-ts\/asyncio-ts\/(?:blob|tree)\/main\/([^#]*)/.exec(link) ?? [];
          const isLost = own !== undefined && (!existsSync(root + own) || pageOf(own) !== undefined);
          return isLost ? [`${path}: ${link}`] : [];
        }
        const target = fileOf(pathname);
        const isThere =
          target !== undefined && (hash === "" || idsOf(target).has(decodeURIComponent(hash.slice(1))));
        return isThere ? [] : [`${path}: ${link}`];
      });
    });
    expect(lost).toEqual([]);
  });

  it("ask for nothing from another origin", () => {
    const asking = pages.flatMap((page) =>
      Array.from(
        readFileSync(page, "utf8").matchAll(
          /<(?:script|img|link|iframe)\b[^>]*(?:src|href)="(?:https?:)?\/\/[^"]*"/g,
        ),
        ([tag]) => `${page}: ${tag}`,
      ),
    );
    expect(asking).toEqual([]);
  });
});
