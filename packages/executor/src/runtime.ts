/**
 * The runtime that this code runs in, and its built-in modules.
 *
 * The modules are got when they are first used, and not imported: so a program that mentions an executor can
 * be bundled for a browser, where only its use is an error.
 */
import type * as ChildProcess from "node:child_process";
import type * as Os from "node:os";
import type * as Url from "node:url";
import type * as Util from "node:util";
import type * as V8 from "node:v8";
import type * as WorkerThreads from "node:worker_threads";

interface Modules {
  "node:child_process": typeof ChildProcess;
  "node:os": typeof Os;
  "node:url": typeof Url;
  "node:util": typeof Util;
  "node:v8": typeof V8;
  "node:worker_threads": typeof WorkerThreads;
}

const { process } = globalThis as {
  process?: {
    readonly versions?: { readonly bun?: string; readonly deno?: string };
    getBuiltinModule?(name: string): unknown;
  };
};

export const isBun: boolean = process?.versions?.bun !== undefined;
export const isDeno: boolean = process?.versions?.deno !== undefined;

/** Returns a built-in module. Throws an Error where there is none, as in a browser. */
export function builtin<K extends keyof Modules>(name: K): Modules[K] {
  const module = process?.getBuiltinModule?.(name) as Modules[K] | undefined;
  if (module === undefined) {
    throw new Error(
      `an executor needs Node (20.19 or newer), Bun or Deno: this runtime has no module ${name}, ` +
        "and so no threads or processes to run functions in",
    );
  }
  return module;
}

/** The options of workers that a runtime ignores. */
const ignored: readonly string[] = isDeno ? ["resourceLimits", "execArgv"] : isBun ? ["resourceLimits"] : [];

/** Throws a TypeError that names `where` if one of the options would have no effect in this runtime. */
export function refuseIgnored(options: object, where: string): void {
  const found = ignored.find((name) => (options as Record<string, unknown>)[name] !== undefined);
  if (found === undefined) return;
  throw new TypeError(
    `${where}() got ${found}, which ${isDeno ? "Deno" : "Bun"} ignores in threads and processes; leave it out`,
  );
}
