/**
 * The runtime that this code runs in, and its built-in modules.
 *
 * The modules are got when they are first used, and not imported: so a program that mentions a subprocess can
 * be bundled for a browser, where only its use is an error.
 */
import type * as ChildProcess from "node:child_process";
import type * as FileSystem from "node:fs";
import type * as Os from "node:os";
import type * as Url from "node:url";

interface Modules {
  "node:child_process": typeof ChildProcess;
  "node:fs": typeof FileSystem;
  "node:os": typeof Os;
  "node:url": typeof Url;
}

const { process } = globalThis as {
  process?: { readonly platform?: string; getBuiltinModule?(name: string): unknown };
};

export const isWindows: boolean = process?.platform === "win32";
export const isLinux: boolean = process?.platform === "linux";

/** Returns a built-in module. Throws an Error where there is none, as in a browser. */
export function builtin<K extends keyof Modules>(name: K): Modules[K] {
  const module = process?.getBuiltinModule?.(name) as Modules[K] | undefined;
  if (module === undefined) {
    throw new Error(
      `a subprocess needs Node (20.19 or newer), Bun or Deno: this runtime has no module ${name}, ` +
        "and so no programs to start",
    );
  }
  return module;
}

/**
 * Returns the number of a signal, given its name or number; undefined if the system has no such signal.
 */
export function signalNumber(signal: unknown): number | undefined {
  const { signals } = builtin("node:os").constants as { signals: Readonly<Record<string, number>> };
  if (typeof signal === "number") return Object.values(signals).includes(signal) ? signal : undefined;
  return typeof signal === "string" && Object.hasOwn(signals, signal) ? signals[signal] : undefined;
}

/** Returns the name of a signal, given its number: `SIGTERM`. */
export function signalName(number: number): string {
  const { signals } = builtin("node:os").constants as { signals: Readonly<Record<string, number>> };
  return Object.keys(signals).find((name) => signals[name] === number) ?? `signal ${number}`;
}
