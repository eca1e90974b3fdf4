/**
 * ARCHITECTURE.md and the pages of decisions name only files that exist, the diagram of layers shows the
 * dependencies that the packages declare, and the glossary stays short.
 */
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { read, root } from "./support/repository.js";

const MOST_TERMS = 40;

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (["node_modules", "dist", "reports"].includes(entry.name)) return [];
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

const pages = ["ARCHITECTURE.md", ...filesIn("docs/decisions")];
const architecture = read("ARCHITECTURE.md");
const names = new Set(
  [...filesIn("packages"), ...filesIn("conformance")].map((file) => file.split("/").at(-1)),
);

/** The paths in backticks, from the root. What does not begin with one of its folders is no path. */
function pathsIn(text: string): string[] {
  return Array.from(
    text.matchAll(/`((?:packages|conformance|docs|scripts|\.ci)\/[^`\s]+)`/g),
    ([, path]) => path ?? "",
  );
}

/** Names of files with no folder, in backticks or in a diagram. */
function namesIn(text: string): string[] {
  return Array.from(text.matchAll(/(?<=`|<br\/>)[\w.-]+\.ts(?=`|\n)/g), ([name]) => name);
}

/** The targets of links, but for those into the web or the page itself. */
function linksIn(text: string): string[] {
  return Array.from(text.matchAll(/\]\(([^)#\s]+)[^)\s]*\)/g), ([, link]) => link ?? "").filter(
    (link) => !/^\w+:/.test(link),
  );
}

describe.each(pages)("%s", (page) => {
  const text = read(page);

  it("names only files that exist", () => {
    const missing = pathsIn(text).filter((path) => !existsSync(join(root, path)));
    expect([...missing, ...namesIn(text).filter((name) => !names.has(name))]).toEqual([]);
  });

  it("links only to files that exist", () => {
    expect(linksIn(text).filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
  });
});

describe("ARCHITECTURE.md", () => {
  it("links to every page of decisions", () => {
    const links = linksIn(architecture);
    expect(pages.slice(1).filter((page) => !links.includes(page))).toEqual([]);
  });

  it("draws the dependencies that the packages declare", () => {
    const drawn = Array.from(
      architecture.matchAll(/^ {2}(\w+) --> (\w+)$/gm),
      ([, from, to]) => `${from} ${to}`,
    );
    const packages = new Set(drawn.flatMap((edge) => edge.split(" ")));
    const declared = [...packages].flatMap((name) => {
      const { dependencies = {} } = JSON.parse(read(`packages/${name}/package.json`)) as {
        dependencies?: Record<string, string>;
      };
      const ours = Object.keys(dependencies).filter((to) => to.startsWith("@asyncio-ts/"));
      return ours.map((to) => `${name} ${to.replace("@asyncio-ts/", "")}`);
    });
    expect(drawn.sort()).toEqual(declared.sort());
  });

  it(`explains at most ${MOST_TERMS} terms, each once`, () => {
    const glossary = /^## Glossary$([^]*?)^## /m.exec(architecture)?.[1] ?? "";
    const terms = Array.from(glossary.matchAll(/^\| ([^|]*?) *\|/gm), ([, term]) => term).slice(2);
    expect(terms.length).toBeGreaterThan(0);
    expect(terms.length).toBeLessThanOrEqual(MOST_TERMS);
    expect(terms).toEqual([...new Set(terms)]);
  });
});
