import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** The version of a Python, as [major, minor], or null where it can't be run. */
async function versionOf(python: string): Promise<[number, number] | null> {
  try {
    const { stdout } = await execute(python, ["-c", "import sys; print(*sys.version_info[:2])"]);
    const [major = 0, minor = 0] = stdout.trim().split(" ").map(Number);
    return [major, minor];
  } catch {
    return null;
  }
}

/**
 * Finds a Python of 3.13 or later, 3.13 first: with that one the traces were recorded. With `latest` none
 * after that minor version. Null if there is none.
 */
export async function findPython(latest: number = Infinity): Promise<string | null> {
  const versions = join(process.env["PYENV_ROOT"] ?? join(homedir(), ".pyenv"), "versions");
  const installed = await readdir(versions).catch(() => []);
  const candidates = [
    process.env["ASYNCIO_TS_PYTHON"] ?? "",
    "python3.13",
    ...installed
      .filter((version) => /^3\.1[3-9]/.test(version))
      .sort()
      .map((version) => join(versions, version, "bin", "python3")),
    "python3.14",
    "python3.15",
    "python3",
  ];
  for (const candidate of candidates) {
    const version = candidate === "" ? null : await versionOf(candidate);
    if (version !== null && version[0] === 3 && version[1] >= 13 && version[1] <= latest) return candidate;
  }
  return null;
}
