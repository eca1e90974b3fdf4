/** The garbage collector, for tests of what is left behind. */
import { setImmediate as paused } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

let collect: (() => void) | undefined;

/** Collects everything that nothing refers to, and lets the runtime call what waits for that. */
export async function collectGarbage(): Promise<void> {
  if (collect === undefined) {
    // Node gives access to its collector in contexts that are made after this.
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as () => void;
  }
  await paused();
  collect();
  await paused();
}
