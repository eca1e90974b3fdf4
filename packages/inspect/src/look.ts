/** Looking at another process: reads its snapshot by way of its inspector. */
import { setTimeout as pause } from "node:timers/promises";
import { attach, type Target } from "./attach.js";
import { InspectError } from "./errors.js";
import type { Inspector } from "./inspector.js";
import { readSnapshot } from "./read-snapshot.js";
import type { Snapshot } from "./snapshot.js";

/** The time, in milliseconds, for which one step has to run to be said to block its loop; and between two looks. */
const BLOCKED = 500;
const INTERVAL = 25;

/** A process as it was seen. */
export interface Look {
  readonly snapshot: Snapshot;
  /** For how long at least, in milliseconds, the code of `snapshot.stack` has run; undefined if it ended. */
  readonly blocked: number | undefined;
}

/**
 * Returns the snapshot of another process. If code runs in it, looks again and again, until that code has ended,
 * or has run for so long that it blocks its loop.
 *
 * @throws InspectError, which says why the process can't be looked at.
 */
export async function look(target: Target): Promise<Look> {
  return await attach(target, async (inspector) => {
    const start = performance.now();
    const first = await read(inspector, target);
    let last = first;
    while (isSameStep(first, last)) {
      const blocked = performance.now() - start;
      if (blocked >= BLOCKED) return { snapshot: last, blocked };
      await pause(INTERVAL);
      last = await read(inspector, target);
    }
    return { snapshot: last, blocked: undefined };
  });
}

/** Tells whether code runs, and is the same step as before: no loop has taken another turn. */
export function isSameStep(first: Snapshot, now: Snapshot): boolean {
  const turns = (snapshot: Snapshot): string =>
    JSON.stringify(snapshot.loops.map(({ id, turns }) => [id, turns]));
  return now.stack.length > 0 && now.stack.at(-1) === first.stack.at(-1) && turns(now) === turns(first);
}

async function read(inspector: Inspector, target: Target): Promise<Snapshot> {
  // As a text: the protocol takes eight times as long for the objects of ten thousand tasks.
  const text = await inspector.evaluateText(`JSON.stringify((${readSnapshot})())`);
  const value = text === undefined ? undefined : (JSON.parse(text) as ReturnType<typeof readSnapshot>);
  if (typeof value === "object") return value;
  throw refusal(target, value);
}

/** Returns the error of a process of which there is no snapshot, or no recording. */
export function refusal({ pid, port }: Target, reason: "absent" | "incompatible" | undefined): InspectError {
  const what = pid === undefined ? `the process at port ${port}` : `process ${pid}`;
  if (reason === "absent") return new InspectError("noLibrary", `${what} has no asyncio-ts in it`);
  if (reason === "incompatible") {
    return new InspectError("noLibrary", `${what} has a version of asyncio-ts that this command can't read`);
  }
  return new InspectError("noInspector", `${what} ended, or closed its inspector`);
}
