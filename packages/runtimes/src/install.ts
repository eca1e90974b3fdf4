/**
 * Installs runtimes, which come as npm packages, when they are first needed: into a cache folder beside the
 * lock file's packages, because together they have 500 MB, and only this command uses them.
 */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { root } from "@asyncio-ts/documentation";
import { Unavailable } from "./runtime.js";

const cache = join(root, "node_modules/.cache/asyncio-ts-runtimes");

/** Returns the path of a package's file, and installs the package if it is not there yet. */
export async function installed(name: string, version: string, file: string): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  if (platform !== "linux-x64") throw new Unavailable(`${name} is a package for linux-x64, not ${platform}`);
  const folder = join(cache, `${name.replaceAll("/", "-")}@${version}`);
  const path = join(folder, "node_modules", name, file);
  if (!existsSync(path)) {
    await mkdir(folder, { recursive: true });
    const options = ["--no-save", "--no-audit", "--no-fund", "--prefix", folder];
    const { failed, stderr } = await execa("npm", ["install", ...options, `${name}@${version}`], {
      reject: false,
    });
    if (failed) throw new Unavailable(`npm can't install ${name}@${version}: ${stderr.trim()}`);
  }
  return path;
}
