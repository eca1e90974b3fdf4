/** The programs of the site, as they are shown: read from the files of the examples when the site is built. */
import { existsSync, readFileSync } from "node:fs";

const root = new URL("../../", import.meta.url);

/** A program in each form that it has. */
export interface Program {
  readonly python: string | undefined;
  readonly async: string;
  readonly generator: string | undefined;
  /** The program of another library that does the same. */
  readonly theirs: string | undefined;
}

/** Where a form of a program may be: the examples come first. */
const PLACES = {
  python: ["packages/examples/test/fixtures/NAME.py", "site/programs/NAME.py"],
  async: ["packages/examples/src/tutorial/NAME.ts", "site/programs/NAME.ts"],
  generator: ["packages/examples/src/tutorial/NAME.gen.ts", "site/programs/NAME.gen.ts"],
  theirs: ["site/programs/NAME.theirs.ts"],
  printed: ["packages/examples/test/fixtures/NAME.out", "site/programs/NAME.out"],
};

/** @throws Error if there is no program of that name */
export function readProgram(name: string): Program {
  const program = read("async", name);
  if (program === undefined) throw new Error(`there is no program ${name} in ${PLACES.async.join(" or ")}`);
  return {
    async: program,
    generator: read("generator", name),
    python: read("python", name),
    theirs: read("theirs", name),
  };
}

/** Returns what a program prints; undefined if that differs from run to run. */
export function readPrinted(name: string): string | undefined {
  return read("printed", name);
}

function read(form: keyof typeof PLACES, name: string): string | undefined {
  const places = PLACES[form].map((place) => new URL(place.replace("NAME", name), root));
  const file = places.find((place) => existsSync(place));
  return file === undefined ? undefined : shown(readFileSync(file, "utf8").replaceAll("\r\n", "\n"));
}

/** The examples are modules, which run when they are the program that was started. Here they always are. */
function shown(text: string): string {
  return text
    .replace("export const main", "const main")
    .replace("run it, if this is the program that was started", "run it")
    .replace("if (process.argv[1] === import.meta.filename) await", "await");
}
