/**
 * Recording another process: has it evaluate the recorder, lets it alone for a while, and fetches the trace.
 *
 * The inspector is closed while the recorder records, since a process that ends waits for those who are connected
 * to it. It is opened again for the trace. If this command is killed meanwhile, the recorder of the process stops by
 * itself (`expires`), and drops what it has.
 *
 * The recorder is kept under a registered symbol, which `globalThis` has until the trace is fetched.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { attach, type Target } from "./attach.js";
import { InspectError } from "./errors.js";
import type { Inspector } from "./inspector.js";
import { refusal } from "./look.js";
import { isAlive } from "./process.js";
import { defineRecorder, type TraceHead } from "./recorder.js";
import { piecesOf } from "./trace-text.js";

const PATIENCE = 60_000;
/** How often the process is looked at while it is recorded, in milliseconds. */
const INTERVAL = 50;

/** Options for `recordProcess`. */
export interface RecordProcessOptions {
  /** How long to record, in milliseconds. */
  readonly duration: number;
  /** How long the process keeps a recording that nobody fetches, in milliseconds. Default: a minute. */
  readonly patience?: number;
  /** Ends the recording early. */
  readonly signal?: AbortSignal;
  /** Called when the recorder has begun, with the number of the process. */
  begun?(pid: number): void;
}

/**
 * Records another process, and passes the text of the trace to `write`, piece by piece. Returns what is in it.
 *
 * @throws InspectError, which says why it can't be recorded.
 */
export async function recordProcess(
  target: Target,
  { duration, patience = PATIENCE, signal, begun }: RecordProcessOptions,
  write: (text: string) => Promise<void>,
): Promise<TraceHead> {
  const key = `Symbol.for("asyncio-ts.recorder.${randomUUID()}")`;
  const recorder = `globalThis[${key}]`;
  const pid = await attach(target, async (inspector) => {
    const began = await inspector.evaluate(`(() => {
      const recorder = (${defineRecorder})()({
        expires: ${duration + patience},
        expired: () => delete ${recorder},
      });
      if (typeof recorder === "string") return recorder;
      Object.defineProperty(globalThis, ${key}, { value: recorder, configurable: true });
      return globalThis.process?.pid;
    })()`);
    if (typeof began === "number") return began;
    throw refusal(target, began as "absent" | "incompatible" | undefined);
  });
  begun?.(pid);
  await passed(pid, duration, signal);
  return await attach({ ...target, pid }, async (inspector) => {
    try {
      const head = (await fetched(inspector, pid, `(${recorder}?.stop(), ${recorder}?.head())`)) as TraceHead;
      for (const piece of piecesOf(head)) {
        if (typeof piece === "string") await write(piece);
        else {
          const { list, from, count } = piece;
          const call = `JSON.stringify(${recorder}.read("${list}", ${from}, ${count}))`;
          await write(((await fetched(inspector, pid, call)) as string).slice(1, -1));
        }
      }
      return head;
    } finally {
      await inspector.evaluate(`delete ${recorder}`);
    }
  });
}

/** Waits while the process is recorded. */
async function passed(pid: number, duration: number, signal: AbortSignal | undefined): Promise<void> {
  const end = performance.now() + duration;
  for (;;) {
    if (!isAlive(pid)) throw lost(pid);
    if (signal?.aborted === true) return;
    const left = end - performance.now();
    if (left <= 0) return;
    await pause(Math.min(left, INTERVAL));
  }
}

async function fetched(inspector: Inspector, pid: number, expression: string): Promise<unknown> {
  const value = await inspector.evaluate(expression);
  if (value === undefined) throw lost(pid);
  return value;
}

function lost(pid: number): InspectError {
  return new InspectError(
    "noProcess",
    `process ${pid} ended while it was recorded, and what was recorded with it; to record a program to its end, ` +
      "start it with --import @asyncio-ts/inspect/record",
  );
}
