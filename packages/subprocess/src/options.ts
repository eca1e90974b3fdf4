/** The options of a subprocess: what they may be, and what is said of others. */
import { assertOptions, describe } from "@asyncio-ts/future/lowlevel";
import { builtin } from "./runtime.js";

/**
 * Connects `stdin`, `stdout` or `stderr` of a process with this one: as a writer, or as a reader. Python:
 * `asyncio.subprocess.PIPE`.
 *
 * @example
 * ```ts
 * import { createSubprocessExec, PIPE } from "@asyncio-ts/subprocess";
 *
 * const process = await createSubprocessExec("wc", ["-c"], { stdin: PIPE, stdout: PIPE });
 * const [stdout] = await process.communicate("hello");
 * console.log(new TextDecoder().decode(stdout).trim());
 * // prints: 5
 * ```
 */
export const PIPE = "pipe" as const;
/**
 * As `stderr`: writes it to where `stdout` goes, in the order of writing. Python: `asyncio.subprocess.STDOUT`.
 *
 * @example
 * ```ts
 * import { createSubprocessShell, PIPE, STDOUT } from "@asyncio-ts/subprocess";
 *
 * const command = "echo one; echo two >&2; echo three";
 * const process = await createSubprocessShell(command, { stdout: PIPE, stderr: STDOUT });
 * const [stdout] = await process.communicate();
 * console.log(new TextDecoder().decode(stdout).trim().split("\n"));
 * // prints: [ 'one', 'two', 'three' ]
 * ```
 */
export const STDOUT = "stdout" as const;
/**
 * As `stdin`: nothing to read. As `stdout` or `stderr`: drops what is written. Python:
 * `asyncio.subprocess.DEVNULL`.
 *
 * @example
 * ```ts
 * import { createSubprocessExec, DEVNULL } from "@asyncio-ts/subprocess";
 *
 * const process = await createSubprocessExec("cat", [], { stdin: DEVNULL });
 * console.log(await process.wait());
 * // prints: 0
 * ```
 */
export const DEVNULL = "devnull" as const;

/** The number of an open file, or an object that has it, such as a `FileHandle`. */
export type Descriptor = number | { readonly fd: number };

/** What `stdin` or `stdout` of a process is; null: the one of this process. */
export type Redirection = typeof PIPE | typeof DEVNULL | Descriptor | null;

/** Options for `createSubprocessExec()` and `createSubprocessShell()`. */
export interface SubprocessOptions {
  /** Where the process reads from: `PIPE` for a writer here. Default: where this process does. */
  readonly stdin?: Redirection;
  /** Where the process writes to: `PIPE` for a reader here. Default: where this process does. */
  readonly stdout?: Redirection;
  /** Where the process writes its errors to; with `STDOUT` to its `stdout`. Default: where this process does. */
  readonly stderr?: Redirection | typeof STDOUT;
  /** The bytes that a reader buffers, and the longest line that it takes. Default: 65,536. */
  readonly limit?: number;
  /** The folder in which the process starts. Default: the one of this process. */
  readonly cwd?: string | URL;
  /** All variables of the environment, in place of those of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * False to leave the process in the session and the process group of this one, as Python does: Ctrl-C in a
   * terminal then reaches it directly, and its descendants are not ended with it. Default: true. Windows has
   * neither.
   */
  readonly startNewSession?: boolean;
  /**
   * After how many milliseconds a process that is being ended, and ignores that, is killed. Default: 5000.
   */
  readonly killAfter?: number;
}

const KNOWN: ReadonlySet<string> = new Set([
  "stdin",
  "stdout",
  "stderr",
  "limit",
  "cwd",
  "env",
  "startNewSession",
  "killAfter",
]);

/** What to write in place of options that Python's or Node's functions have, and these do not. */
const INSTEAD: Readonly<Record<string, string>> = {
  shell: 'to run a command in a shell, write createSubprocessShell("…")',
  text: "the readers give bytes; decode them with new TextDecoder()",
  encoding: "the readers give bytes; decode them with new TextDecoder()",
  errors: "the readers give bytes; decode them with new TextDecoder()",
  universalNewlines: "the readers give bytes; decode them with new TextDecoder()",
  bufsize: "the readers buffer as many bytes as limit says",
  stdio: "write stdin, stdout and stderr",
  detached: "write startNewSession",
  signal: "the process ends with the task that has it; write abortable((signal) => …) for a signal",
  timeout: "write timeout(ms).with(() => …) around it",
  input: "write communicate(input)",
  check: "write runProcess(program, args, { check: true })",
};

export const DEFAULT_KILL_AFTER = 5000;

/** Throws an error that names `where`, unless `options` are options of a subprocess, or among `also`. */
export function assertSubprocessOptions(
  options: SubprocessOptions,
  where: string,
  also: readonly string[] = [],
): void {
  assertOptions(options, where);
  for (const name of Object.keys(options)) {
    if (KNOWN.has(name) || also.includes(name)) continue;
    if ((options as Readonly<Record<string, unknown>>)[name] === undefined) continue;
    const instead = INSTEAD[name] ?? `it takes ${[...KNOWN, ...also].join(", ")}`;
    throw new TypeError(`${where}() has no option ${name}; ${instead}`);
  }
  for (const name of ["stdin", "stdout", "stderr"] as const) assertRedirection(options[name], name, where);
  assertRest(options, where);
}

function assertRest(options: SubprocessOptions, where: string): void {
  const { limit, cwd, env, startNewSession, killAfter } = options;
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit > 0)) {
    throw new RangeError(`${where}() needs a limit of 1 byte or more, got ${describe(limit)}`);
  }
  if (cwd !== undefined) pathOf(cwd, `${where}() needs a cwd`);
  if (env !== undefined) assertEnvironment(env, where);
  if (startNewSession !== undefined && typeof startNewSession !== "boolean") {
    throw new TypeError(
      `${where}() needs startNewSession to be true or false, got ${describe(startNewSession)}`,
    );
  }
  if (killAfter !== undefined && !(typeof killAfter === "number" && killAfter >= 0)) {
    throw new RangeError(
      `${where}() needs a killAfter of 0 milliseconds or more, got ${describe(killAfter)}`,
    );
  }
}

function assertRedirection(value: unknown, name: "stdin" | "stdout" | "stderr", where: string): void {
  if (value === undefined || value === null || value === PIPE || value === DEVNULL) return;
  if (value === STDOUT && name === "stderr") return;
  if (descriptorOf(value) !== undefined) return;
  const stdout = name === "stderr" ? ", STDOUT" : "";
  throw new TypeError(
    `${where}() needs a ${name} that is PIPE, DEVNULL${stdout}, null or the number of an open file, got ${describe(value)}`,
  );
}

/** Returns the number of an open file; undefined if `value` is none. */
export function descriptorOf(value: unknown): number | undefined {
  const number = typeof value === "object" && value !== null ? (value as { fd?: unknown }).fd : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/** Returns a path as text. Throws a TypeError that begins with `needs`, unless it is one. */
export function pathOf(path: unknown, needs: string): string {
  const text =
    path instanceof URL && path.protocol === "file:" ? builtin("node:url").fileURLToPath(path) : path;
  if (typeof text === "string" && text !== "" && !text.includes("\0")) return text;
  throw new TypeError(`${needs} that is a path or the URL of a file, got ${describe(path)}`);
}

function assertEnvironment(env: unknown, where: string): void {
  if (typeof env !== "object" || env === null || Array.isArray(env)) {
    throw new TypeError(
      `${where}() needs an env such as { ...process.env, NAME: "value" }, got ${describe(env)}`,
    );
  }
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || (typeof value === "string" && !value.includes("\0"))) continue;
    throw new TypeError(
      `${where}() needs strings as values of env, got ${describe(value)} for ${name}; write String(…)`,
    );
  }
}
