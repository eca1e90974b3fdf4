/** The signals of the process, where the runtime has signals: their names, codes and default effect. */
import { realTime } from "@asyncio-ts/future/internal";
import { describe } from "@asyncio-ts/future/lowlevel";

interface SignalProcess {
  readonly pid: number;
  readonly versions?: { readonly bun?: string };
  on(event: "uncaughtExceptionMonitor" | "unhandledRejection", listener: (error: unknown) => void): void;
  off(event: "unhandledRejection", listener: (error: unknown) => void): void;
  listenerCount(event: string): number;
  hasUncaughtExceptionCaptureCallback?(): boolean;
  kill(pid: number, signal: string): void;
  exit(exitCode: number): void;
  getBuiltinModule?(
    name: "node:os",
  ): { readonly constants: { readonly signals: Readonly<Record<string, number>> } } | undefined;
}

const { process } = globalThis as { process?: Partial<SignalProcess> };
const signalProcess =
  process?.on === undefined || process.kill === undefined ? undefined : (process as SignalProcess);

/** The signals that interrupt a run unless its options say otherwise. */
const DEFAULT_SIGNALS: readonly string[] = ["SIGINT", "SIGTERM"];

/** Signals that no process can handle. */
const NEVER_HANDLED: ReadonlySet<unknown> = new Set(["SIGKILL", "SIGSTOP"]);

function numbers(): Readonly<Record<string, number>> | undefined {
  return signalProcess?.getBuiltinModule?.("node:os")?.constants.signals;
}

/** Returns the signals of the option `signals`, each once; throws a TypeError that names `where`. */
export function signalsOf(option: boolean | readonly string[] | undefined, where: string): readonly string[] {
  if (option === undefined || option === true) return DEFAULT_SIGNALS;
  if (option === false) return [];
  const known = numbers();
  const isSignal = (name: unknown): boolean =>
    typeof name === "string" &&
    !NEVER_HANDLED.has(name) &&
    (known === undefined || Object.hasOwn(known, name));
  const wrong = Array.isArray(option) ? option.find((name) => !isSignal(name)) : option;
  if (Array.isArray(option) && option.every(isSignal)) return [...new Set(option)];
  throw new TypeError(
    `${where}() needs signals that are true, false or names of signals that can be handled, got ${describe(wrong)}; ` +
      'write { signals: ["SIGINT"] }',
  );
}

/** Returns the exit code by which shells tell that a signal has ended a program. */
export function exitCodeOf(signal: string): number {
  return 128 + (numbers()?.[signal] ?? (signal === "SIGTERM" ? 15 : 2));
}

/** Ends the process by a signal. Returns false if somebody listens for it, or there are no signals. */
export function raiseSignal(signal: string): boolean {
  if (signalProcess === undefined || signalProcess.listenerCount(signal) > 0) return false;
  signalProcess.kill(signalProcess.pid, signal);
  return true;
}

let exitCodes: WeakMap<object, number> | undefined;

/**
 * Makes the process end with `exitCode`, and with the message of `error` in place of the runtime's report of
 * a crash, if nothing catches `error`.
 */
export function exitIfUncaught(error: Error, exitCode: number): void {
  if (exitCodes === undefined) {
    exitCodes = new WeakMap();
    signalProcess?.on("uncaughtExceptionMonitor", uncaught);
    if (signalProcess?.versions?.bun !== undefined) signalProcess.on("unhandledRejection", unhandled);
  }
  exitCodes.set(error, exitCode);
}

/** Called by Node when it has found that no code catches an error, before it looks for listeners and reports. */
function uncaught(error: unknown): void {
  const exitCode = exitCodes?.get(error as object);
  if (exitCode === undefined || signalProcess === undefined) return;
  if (signalProcess.listenerCount("uncaughtException") > 0) return;
  if (signalProcess.hasUncaughtExceptionCaptureCallback?.() === true) return;
  try {
    console.error(String(error));
  } finally {
    signalProcess.exit(exitCode);
  }
}

/**
 * Called by Bun for a rejection that no code handles: it tells the listener above only of errors that are
 * thrown. So the error of an interrupted run is thrown. Every other has the effect that it has without this.
 */
function unhandled(reason: unknown): void {
  if (signalProcess === undefined || signalProcess.listenerCount("unhandledRejection") > 1) return;
  if (exitCodes?.has(reason as object) === true) throw reason;
  signalProcess.off("unhandledRejection", unhandled);
  void Promise.reject(reason);
  realTime.setImmediate?.(() => signalProcess.on("unhandledRejection", unhandled));
}
