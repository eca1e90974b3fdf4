// The copy of the repository in which bugs are planted. It is outside of every `node_modules`, where vitest would neither
// look for tests nor transform the sources.
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository, without a slash at the end. */
export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/[/\\]$/, "");

const inPackages = (file) => join("packages", file);

/** Says why a bug can't be planted; undefined if it can. */
export function misfit({ name, file, line, tests }) {
  const missing = [file, ...tests].find((one) => !existsSync(join(root, inPackages(one))));
  if (missing !== undefined) return `"${name}" needs packages/${missing}, which does not exist`;
  const times = readFileSync(join(root, inPackages(file)), "utf8").split(line).length - 1;
  return times === 1 ? undefined : `the line of "${name}" occurs ${times} times in packages/${file}`;
}

/** Returns a file's text with a bug in it. */
function planted(text, { line, becomes }) {
  // With its line end, or the bug would be an empty line, which moves the places that some tests compare.
  return becomes === undefined ? text.replace(`${line}\n`, () => "") : text.replace(line, () => becomes);
}

export class Copy {
  folder = mkdtempSync(join(tmpdir(), "asyncio-ts-planted-"));

  /** Copies all files that git knows or would add, what was built of them, and the links to what is installed. */
  constructor() {
    const list = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
      cwd: root,
      encoding: "utf8",
    });
    for (const file of list.split("\0")) if (file !== "" && existsSync(join(root, file))) this.take(file);
    symlinkSync(join(root, "node_modules"), join(this.folder, "node_modules"), "junction");
    for (const folder of ["conformance", ...readdirSync(join(root, "packages")).map(inPackages)]) {
      this.takeLinks(folder);
      if (existsSync(join(root, folder, "dist"))) this.take(join(folder, "dist"));
    }
  }

  /** Plants a bug, and returns a function that takes it back. */
  plant(bug) {
    const file = join(this.folder, inPackages(bug.file));
    const text = readFileSync(file, "utf8");
    writeFileSync(file, planted(text, bug));
    return () => writeFileSync(file, text);
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Takes the links to packages. Relative ones stay relative: a sibling is the one in the copy. */
  takeLinks(folder, modules = join(folder, "node_modules")) {
    const from = join(root, modules);
    for (const entry of existsSync(from) ? readdirSync(from, { withFileTypes: true }) : []) {
      const path = join(modules, entry.name);
      if (entry.isSymbolicLink()) this.take(path);
      else if (entry.name.startsWith("@")) this.takeLinks(folder, path);
    }
  }

  take(file) {
    mkdirSync(dirname(join(this.folder, file)), { recursive: true });
    cpSync(join(root, file), join(this.folder, file), { recursive: true, verbatimSymlinks: true });
  }
}
