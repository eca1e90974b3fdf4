/**
 * Survivors: processes that would outlive this one.
 *
 * They are in sessions of their own, so neither Ctrl-C nor a terminal that is closed reaches them. `run()` ends
 * its processes; this is for the ends of the program that it does not see. These events tell of them:
 *   - `exit`: the program has called `process.exit()`, or an error has ended it
 *   - an error that nobody catches, of which Deno tells before, and has no `exit`
 *   - a signal that nothing in the program listens for: it ends the program without an `exit` event. So this
 *     listens for it, kills what is left, and sends the signal again, which then has its default effect
 * If anybody else listens for that signal (`run()` does, for SIGINT and SIGTERM), the end of the program is
 * their decision, and nothing is done here.
 *
 * The listeners are on the process exactly as long as there are survivors. SIGKILL to the program can't be
 * noticed: after that, they go on.
 *
 * Nor can a thread notice that it is terminated. A worker of a pool of `@asyncio-ts/executor` can tell the pool
 * what it has started, which is killed together with the worker: by a slot on `globalThis`, because the two
 * packages do not know each other. In threads that others have made, processes go on.
 */
import { runOutside } from "@asyncio-ts/future/lowlevel";
import { isWindows } from "./runtime.js";

/** A process that can be killed, with its descendants. */
export interface Survivor {
  /** The number of the process; minus that of the group, if it leads one. */
  readonly target: number;
  kill(): void;
}

/** The part of executor's slot, in a worker, that tells the pool what was started here and what has ended. */
interface PoolSlot {
  child?: ((target: number, alive: boolean) => void) | undefined;
}

const globals = globalThis as { readonly [pool: symbol]: PoolSlot | undefined };
const pool: unique symbol = Symbol.for("asyncio-ts.executor");

/** The signals that end a program, and that a person or a system sends. */
const SIGNALS: readonly NodeJS.Signals[] = isWindows
  ? ["SIGINT", "SIGHUP", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

const survivors = new Set<Survivor>();

/** Has `survivor` be killed if the program ends before `forget` is called. */
export function remember(survivor: Survivor): void {
  if (survivors.size === 0) runOutside(listen);
  survivors.add(survivor);
  globals[pool]?.child?.(survivor.target, true);
}

export function forget(survivor: Survivor): void {
  if (!survivors.delete(survivor)) return;
  globals[pool]?.child?.(survivor.target, false);
  if (survivors.size === 0) stopListening();
}

function listen(): void {
  process.on("exit", killAll);
  process.on("uncaughtExceptionMonitor", failed);
  for (const signal of SIGNALS) {
    try {
      process.on(signal, interrupted);
    } catch {
      // Deno on Windows knows few of them.
    }
  }
}

function stopListening(): void {
  process.off("exit", killAll);
  process.off("uncaughtExceptionMonitor", failed);
  for (const signal of SIGNALS) process.off(signal, interrupted);
}

function killAll(): void {
  // Each forgets itself, and the last one takes the listeners off.
  for (const survivor of survivors) survivor.kill();
}

function failed(): void {
  if (process.listenerCount("uncaughtException") > 0) return;
  if (process.hasUncaughtExceptionCaptureCallback?.() !== true) killAll();
}

function interrupted(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  killAll();
  process.kill(process.pid, signal);
}
