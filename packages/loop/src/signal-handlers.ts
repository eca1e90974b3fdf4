import type { Host } from "./host.js";

/** The signal handlers of a loop, one for each signal. */
export class SignalHandlers {
  private readonly host: Host;
  /** By the signal: the function that removes its handler. */
  private readonly removals: Map<string, () => void> = new Map();

  constructor(host: Host) {
    this.host = host;
  }

  /** Calls `handler` for each such signal, in place of the handler that was set before. */
  set(signal: string, handler: () => void): void {
    this.remove(signal);
    this.removals.set(signal, this.host.onSignal(signal, handler));
  }

  /** Returns false if there is no handler. */
  remove(signal: string): boolean {
    this.removals.get(signal)?.();
    return this.removals.delete(signal);
  }

  clear(): void {
    for (const signal of this.removals.keys()) this.remove(signal);
  }
}
