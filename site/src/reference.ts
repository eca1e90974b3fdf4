/** The pages of the reference: one for each entry of a published package. */
import { readFileSync } from "node:fs";
import { libraries, root } from "./pages.js";

export interface Entry {
  /** The module that a program imports: `@asyncio-ts/sync/lowlevel`. */
  readonly name: string;
  /** Its page, below `/reference/`: `sync/lowlevel`. */
  readonly page: string;
  /** The folder of its package. */
  readonly library: string;
  /** Its file in the repository. */
  readonly file: string;
  /** A sentence about the package, or what the head of the file says. */
  readonly introduction: string;
}

interface Manifest {
  readonly name: string;
  readonly description: string;
  readonly exports: Readonly<Record<string, unknown>>;
}

/** The entries, those of one package together. `internal` is for the siblings. */
export const entries: readonly Entry[] = libraries.flatMap((library) => {
  const text = readFileSync(`${root}packages/${library}/package.json`, "utf8");
  const { name, description, exports } = JSON.parse(text) as Manifest;
  return Object.keys(exports)
    .map((path) => path.slice(1))
    .filter((path) => path !== "/internal")
    .map((path) => {
      const file = `packages/${library}/src${path === "" ? "/index" : path}.ts`;
      const head = path === "" ? undefined : headOf(readFileSync(root + file, "utf8"));
      return {
        name: name + path,
        page: library + path,
        library,
        file,
        introduction: head ?? `${description}.`,
      };
    });
});

/** Returns the first paragraph of the comment that a file begins with, without the name of the entry. */
function headOf(source: string): string | undefined {
  const [, comment] = /^\/\*\*([^]*?)(?:\n \*\n[^]*?)?\*\/\n/.exec(source) ?? [];
  const text = comment
    ?.replaceAll(/\n \* ?/g, " ")
    .replace(/^\s*`@asyncio-ts\/[\w/]+`: /, "")
    .trim();
  return text === undefined || text === "" ? undefined : text.charAt(0).toUpperCase() + text.slice(1);
}

/** Adds a link to the reference to the README of a package: below the heading "API", or before the first one. */
export function withReferenceLink(markdown: string, library: string): string {
  const link = `Each name with its signature: [reference of this package](/reference/${library}).`;
  const place = /^## API\n/m.test(markdown) ? /^## API\n/m : /^(?=## )/m;
  return markdown.replace(place, (heading) => (heading === "" ? `${link}\n\n` : `${heading}\n${link}\n`));
}

/** Leaves out the blocks of code. */
export function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^```[^]*?^```$/gm, "");
}
