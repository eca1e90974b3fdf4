/** Finds a Python for each of its systems. */
import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Case, type Python, pythons } from "./topic.js";

const execute = promisify(execFile);

/** `asyncio.timeout` and `Runner` are of 3.11. */
const OLDEST = 11;

const ASK = `
import importlib, json, sys
if sys.version_info < (3, ${OLDEST}): sys.exit("too old")
found = {}
for name in ${JSON.stringify(pythons)}:
    try:
        module = importlib.import_module(name)
        found[name] = getattr(module, "__version__", None) or ""
    except ImportError:
        pass
print(json.dumps({"executable": sys.executable, "version": sys.version_info[:3], "systems": found}))
`;

interface Installed {
  readonly executable: string;
  readonly version: readonly [number, number, number];
  readonly systems: Partial<Readonly<Record<Python, string>>>;
}

interface PythonSystem {
  readonly executable: string;
  /** As it stands in the report: of the system, where it has its own, and of Python. */
  readonly version: string;
}

export type PythonSystems = Partial<Readonly<Record<Python, PythonSystem>>>;

async function ask(python: string): Promise<Installed | undefined> {
  try {
    const { stdout } = await execute(python, ["-c", ASK], { timeout: 60_000 });
    return JSON.parse(stdout) as Installed;
  } catch {
    return undefined;
  }
}

/** Each system with the newest Python that can import it. `ASYNCIO_TS_PYTHON` is one more place to look. */
export async function findPythons(): Promise<PythonSystems> {
  const versions = join(process.env["PYENV_ROOT"] ?? join(homedir(), ".pyenv"), "versions");
  const installed = await readdir(versions).catch(() => []);
  const candidates = [
    process.env["ASYNCIO_TS_PYTHON"],
    ...[11, 12, 13, 14, 15].map((minor) => `python3.${minor}`),
    // A version manager's may stand before the system's, which has other packages.
    ...(process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, "python3")),
    ...installed
      .filter((version) => /^3\.\d\d/.test(version))
      .map((version) => join(versions, version, "bin", "python3")),
  ].filter((candidate) => candidate !== undefined);
  const found = (await Promise.all(candidates.map(ask))).filter((answer) => answer !== undefined);
  found.sort((a, b) => b.version[1] - a.version[1] || b.version[2] - a.version[2]);
  const systems: Partial<Record<Python, PythonSystem>> = {};
  for (const name of pythons) {
    const python = found.find((each) => each.systems[name] !== undefined);
    if (python === undefined) continue;
    const own = python.systems[name] === "" ? "" : `${python.systems[name]}, `;
    systems[name] = {
      executable: python.executable,
      version: `${own}Python ${python.version.join(".")}`,
    };
  }
  return systems;
}

/** The arguments for Python that measure one case, and what else its environment needs. */
export function pythonProgram(
  system: Python,
  topic: string,
  { name, size }: Pick<Case, "name" | "size">,
  effort: unknown,
): { readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> } {
  const folder = fileURLToPath(new URL("../python/", import.meta.url));
  const args =
    topic === "start-up"
      ? [join(folder, "start_up.py"), system]
      : [
          join(folder, system === "trio" ? "trio_topics.py" : "asyncio_topics.py"),
          `${topic}/${name}`,
          String(size),
          JSON.stringify(effort),
        ];
  return { args: ["-B", ...args], env: { UVLOOP: system === "uvloop" ? "1" : "" } };
}
