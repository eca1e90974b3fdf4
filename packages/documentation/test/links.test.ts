/** Every link of the Markdown files of the repository leads to a file, and to a heading of it. */
import { existsSync, readdirSync } from "node:fs";
import { posix } from "node:path";
import { describe, expect, it } from "vitest";
import { read, root } from "./support/repository.js";

/** Folders of what is made, and not written. */
const MADE = new Set([
  ".git",
  ".stryker-tmp",
  ".turbo",
  "api",
  "coverage",
  "dist",
  "node_modules",
  "reports",
]);

function pagesIn(folder: string): string[] {
  return readdirSync(root + folder, { withFileTypes: true }).flatMap((entry) => {
    const path = folder + entry.name;
    if (entry.isDirectory()) return MADE.has(entry.name) ? [] : pagesIn(`${path}/`);
    // A release writes the changelogs.
    return path.endsWith(".md") && entry.name !== "CHANGELOG.md" ? [path] : [];
  });
}

const pages = pagesIn("");

/** The text without its programs, in which brackets are no links. */
function prose(page: string): string {
  return read(page)
    .replaceAll(/^ *```[^]*?^ *```$/gm, "")
    .replaceAll(/`[^`\n]*`/g, "");
}

/** As GitHub names a heading. */
function slug(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll("`", "")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}\s_-]/gu, "")
    .trim()
    .replaceAll(/\s/g, "-");
}

function headingsOf(page: string): Set<string> {
  const headings = read(page)
    .replaceAll(/^ *```[^]*?^ *```$/gm, "")
    .matchAll(/^#{1,6} +(.*)$/gm);
  const seen = new Map<string, number>();
  return new Set(
    Array.from(headings, ([, heading = ""]) => {
      const name = slug(heading);
      const count = seen.get(name) ?? 0;
      seen.set(name, count + 1);
      return count === 0 ? name : `${name}-${count}`;
    }),
  );
}

function leadsSomewhere(link: string, page: string): boolean {
  const [path = "", fragment] = link.split("#");
  const target = path === "" ? page : posix.join(posix.dirname(page), decodeURIComponent(path));
  if (!existsSync(root + target)) return false;
  return fragment === undefined || !target.endsWith(".md") || headingsOf(target).has(fragment);
}

describe("the links of the repository's pages", () => {
  it.for(pages)("%s", (page) => {
    const links = Array.from(prose(page).matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g), ([, link]) => link ?? "");
    const lost = links.filter((link) => !/^(?:\w+:|\/)/.test(link) && !leadsSomewhere(link, page));
    expect(lost).toEqual([]);
  });

  it("are looked at in all of them", () => {
    expect(pages.length).toBeGreaterThan(50);
    expect(leadsSomewhere("docs/guide.md#no-such-heading", "README.md")).toBe(false);
    expect(leadsSomewhere("docs/none.md", "README.md")).toBe(false);
    expect(leadsSomewhere("docs/guide.md#the-idea", "README.md")).toBe(true);
  });
});
