/** The default effect of signals on the process, where the runtime has signals. */

interface SignalProcess {
  readonly pid: number;
  exitCode: number;
  on(event: "uncaughtExceptionMonitor", listener: (error: unknown) => void): void;
  once(event: "exit", listener: () => void): void;
  listenerCount(event: string): number;
  kill(pid: number, signal: string): void;
}

const { process } = globalThis as { process?: Partial<SignalProcess> };
const signalProcess =
  process?.on === undefined || process.kill === undefined ? undefined : (process as SignalProcess);

/** Ends the process by a signal. Returns false if somebody listens for it, or there are no signals. */
export function raiseSignal(signal: string): boolean {
  if (signalProcess === undefined || signalProcess.listenerCount(signal) > 0) return false;
  signalProcess.kill(signalProcess.pid, signal);
  return true;
}

let exitCodes: WeakMap<object, number> | undefined;

/** Makes the process end with `exitCode` if nobody catches `error`. */
export function exitCodeIfUncaught(error: object, exitCode: number): void {
  if (exitCodes === undefined) {
    const codes = (exitCodes = new WeakMap<object, number>());
    signalProcess?.on("uncaughtExceptionMonitor", (uncaught) => {
      const code = codes.get(uncaught as object);
      // Node sets its own code after the monitors; one that is set at exit holds.
      if (code !== undefined) signalProcess.once("exit", () => (signalProcess.exitCode = code));
    });
  }
  exitCodes.set(error, exitCode);
}
