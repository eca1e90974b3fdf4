import { readSnapshot } from "./read-snapshot.js";
import type { Snapshot } from "./snapshot.js";

/**
 * Returns what the tasks of this process are doing. Nothing is recorded while a program runs, so this reads
 * the state of each task that is not done, and costs nothing before it is called.
 *
 * @throws Error if no package of the library is loaded, or a version that this one can't read.
 *
 * @example
 * ```ts
 * import { snapshot } from "@asyncio-ts/inspect";
 * import { createTask, sleep } from "@asyncio-ts/task";
 *
 * const poll = async () => await sleep(1000);
 * createTask(poll, { name: "poller" });
 * await sleep(10);
 * for (const { name, state, waitsFor } of snapshot().tasks) console.log(name, state, waitsFor[0]?.kind);
 * // prints: poller waiting timer
 * ```
 */
export function snapshot(): Snapshot {
  const read = readSnapshot();
  if (typeof read === "object") return { ...read, stack: [] };
  throw new Error(
    read === "absent"
      ? "snapshot() found no package of asyncio-ts that has tasks in this process; import one first"
      : "snapshot() can't read the version of asyncio-ts that is loaded; update the older one: " +
          "npm ls @asyncio-ts/future @asyncio-ts/inspect",
  );
}
