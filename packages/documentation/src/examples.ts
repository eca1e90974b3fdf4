/**
 * The programs of the documentation: the blocks that begin with ```ts in the READMEs, in `docs`, in the recipes
 * of the site, and in the `@example`s of the sources. Each comment `// prints: …` stands for one line of output,
 * in order; a block without any prints nothing.
 */
import { list, packages, libraries, read } from "./repository.js";

export interface Example {
  /** Where it stands: `packages/sync/README.md:12`. */
  readonly name: string;
  readonly code: string;
  readonly prints: string;
}

/** Returns all examples of the repository. */
export function findExamples(): Example[] {
  const documents = ["", "conformance", ...packages].flatMap((folder) => list(folder, "README.md"));
  const sources = libraries.flatMap((folder) => list(`${folder}/src`, ".ts"));
  const pages = ["docs", "site/recipes"].flatMap((folder) => list(folder, ".md"));
  return [...documents, ...pages, ...sources].flatMap(examplesOf);
}

function examplesOf(file: string): Example[] {
  const blocks = read(file).matchAll(/^(?<margin>[ *]*)```ts(?: .*)?\n(?<body>[^]*?)^\k<margin>```$/gm);
  return Array.from(blocks, ({ index, groups = {} }) => {
    const { margin = "", body = "" } = groups;
    const code = body.replaceAll(new RegExp(`^${margin.replaceAll("*", "\\*").trimEnd()} ?`, "gm"), "");
    const line = read(file).slice(0, index).split("\n").length;
    const prints = Array.from(code.matchAll(/\/\/ prints: (.*)\n/g), ([, output]) => `${output}\n`).join("");
    return { name: `${file}:${line}`, code, prints };
  });
}

/** The words in an example that waits for something beside the library. */
const outside =
  /\b(setTimeout|fetch|process|openConnection|startServer)\b|"node:|"\.\/work\.js"|createSubprocess|runProcess|Distributed/;

/** Tells whether an example can run on virtual time: it waits for nothing but the library. */
export function runsOnVirtualTime({ code }: Example): boolean {
  return !outside.test(code);
}

export { libraries, list, read, root } from "./repository.js";
