/**
 * A copy of the working tree, in which the maintainer makes releases while the tree itself stays as it is. The copy has the
 * history too, and what has been changed and not committed yet.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Stage } from "./stage.js";

/** The fields of a package.json that the rehearsal reads. */
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** A package that is published, and its folder in `packages`. */
export interface Library extends Manifest {
  readonly folder: string;
}

/** Returns the packages of this tree that are published. */
export function librariesOf(tree: string): Library[] {
  return readdirSync(join(tree, "packages")).flatMap((name) => {
    const folder = join(tree, "packages", name);
    if (!existsSync(join(folder, "package.json"))) return [];
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
    return manifest.private === true ? [] : [{ ...manifest, folder }];
  });
}

/** Returns the folder of a copy of this working tree. */
export async function copyTree(stage: Stage, tree: string, env: NodeJS.ProcessEnv): Promise<string> {
  const copy = join(stage.folder, "copy");
  const git = (...args: string[]) => stage.run(["git", ...args], { folder: copy, env });
  const listed = async (folder: string, ...options: string[]): Promise<string[]> => {
    const files = await stage.run(["git", "ls-files", "-z", ...options], { folder, env });
    return files.split("\0").filter((file) => file !== "");
  };
  await stage.run(["git", "clone", "--quiet", tree, copy], { folder: stage.folder, env });
  const files = new Set(await listed(tree, "--cached", "--others", "--exclude-standard"));
  for (const file of await listed(copy)) {
    if (!files.has(file) || !existsSync(join(tree, file))) rmSync(join(copy, file));
  }
  for (const file of files) {
    if (!existsSync(join(tree, file))) continue;
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(tree, file), join(copy, file));
  }
  // npm refuses a statement of provenance outside of a hosted CI.
  for (const { folder } of librariesOf(copy)) {
    const file = join(folder, "package.json");
    writeFileSync(file, readFileSync(file, "utf8").replace(/,\s*"provenance": true/, ""));
  }
  await git("add", "--all");
  const author = ["-c", "user.name=Rehearsal", "-c", "user.email=rehearsal@localhost"];
  await git(...author, "commit", "--quiet", "--no-verify", "--allow-empty", "--message=The working tree");
  return copy;
}

/** Writes a changeset: this package has a patch. */
export function addPatch(copy: string, name: string, text: string): void {
  writeFileSync(join(copy, ".changeset", "rehearsal.md"), `---\n"${name}": patch\n---\n\n${text}\n`);
}

/** Applies the changesets and publishes, as the maintainer does. Returns what is published now. */
export async function release(
  stage: Stage,
  copy: string,
  maintainer: NodeJS.ProcessEnv,
  publisher: NodeJS.ProcessEnv,
): Promise<Library[]> {
  await stage.run(["pnpm", "run", "version"], { folder: copy, env: maintainer });
  await stage.run(["pnpm", "run", "release"], { folder: copy, env: publisher });
  return librariesOf(copy);
}
