/** The garbage collector, for tests of what is left behind. */
import { setImmediate as paused } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

let collect: (() => void) | undefined;

/** Collects everything that nothing refers to, and lets the runtime call what waits for that. */
export async function collectGarbage(): Promise<void> {
  collect ??= collector();
  await paused();
  collect();
  await paused();
}

function collector(): () => void {
  const { Bun } = globalThis as { readonly Bun?: { gc(force: boolean): void } };
  if (Bun !== undefined) return () => Bun.gc(true);
  // Node and Deno give access to their collector in contexts that are made after this.
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
