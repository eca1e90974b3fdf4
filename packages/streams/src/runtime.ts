/**
 * The built-in modules of the runtime, got when they are first used and not imported: so a program that
 * mentions a socket can be bundled for a browser, where only its use is an error.
 */
import type * as Fs from "node:fs";
import type * as Net from "node:net";
import type * as Tls from "node:tls";

interface Modules {
  "node:fs": typeof Fs;
  "node:net": typeof Net;
  "node:tls": typeof Tls;
}

/** Returns a built-in module. Throws an Error that names the function where there is none, as in a browser. */
export function builtin<K extends keyof Modules>(name: K, where: string): Modules[K] {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const module = process?.getBuiltinModule?.(name) as Modules[K] | undefined;
  if (module !== undefined) return module;
  throw new Error(
    `${where}() needs Node (20.19 or newer), Bun or Deno: this runtime has no module ${name}, and so no ` +
      "sockets; StreamReader.from() reads what a browser has, such as response.body",
  );
}
