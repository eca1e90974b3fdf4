/** Which Markdown files of the repository are pages of the site, and where links between them lead. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";

export const root: string = fileURLToPath(new URL("../../", import.meta.url));
export const REPOSITORY = "https://github.com/asyncio-ts/asyncio-ts";

/** The packages that are published. */
export const libraries: readonly string[] = readdirSync(`${root}packages`)
  .filter((name) => existsSync(`${root}packages/${name}/src/index.ts`))
  .sort();

/** Returns the page of a file, as a file of the site; undefined if it is none. */
export function pageOf(file: string): string | undefined {
  const [, own] = /^site\/((?:[\w-]+\/)*[\w-]+\.md)$/.exec(file) ?? [];
  if (own !== undefined) return own === "README.md" ? undefined : own;
  const [, docs] = /^docs\/((?:decisions\/)?[\w-]+\.md)$/.exec(file) ?? [];
  if (docs !== undefined) return docs;
  const [, library] = /^packages\/([\w-]+)\/README\.md$/.exec(file) ?? [];
  return library !== undefined && libraries.includes(library) ? `packages/${library}.md` : undefined;
}

/**
 * Returns the target of a link in a file of the repository: a page of the site, or the file on GitHub. A link that is
 * no path stays.
 */
export function targetOf(link: string, file: string): string {
  if (/^(?:\w+:|#|\/)/.test(link)) return link;
  const [path = "", fragment] = link.split("#");
  const target = posix.join(posix.dirname(file), path).replace(/\/$/, "");
  const hash = fragment === undefined ? "" : `#${fragment}`;
  const page = pageOf(target) ?? pageOf(`${target}/README.md`);
  if (page !== undefined) return `/${page.replace(/(^|\/)index\.md$/, "$1").replace(/\.md$/, "")}${hash}`;
  const isFolder = existsSync(root + target) && statSync(root + target).isDirectory();
  return `${REPOSITORY}/${isFolder ? "tree" : "blob"}/main/${target}${hash}`;
}
