/** Thrown when a timeout has expired. Python: `TimeoutError`. */
export class TimeoutError extends Error {
  static {
    this.prototype.name = "TimeoutError";
  }
}

/**
 * Comes out of `run()` when the program was interrupted (Ctrl-C, or a request to terminate), after `finally` blocks
 * have run. If nobody catches it, the process ends with the exit code of the signal: 130 for SIGINT. Python:
 * `KeyboardInterrupt`.
 */
export class KeyboardInterrupt extends Error {
  /** The signal that it came from. */
  readonly signal: string;

  static {
    this.prototype.name = "KeyboardInterrupt";
  }

  constructor(signal: string) {
    super(`interrupted by ${signal}`);
    this.signal = signal;
  }
}

/**
 * Thrown by `run()` when the main task can never wake again: nothing is ready, no timer is set, and the process is
 * about to exit. The message lists every task and what it waits for. asyncio hangs there, and Node exits in silence.
 */
export class DeadlockError extends Error {
  static {
    this.prototype.name = "DeadlockError";
  }

  /** @param tree the tasks, what each waits for, and who awaits it */
  constructor(tree: string) {
    super(`nothing is left that could wake these tasks:\n${tree}`);
  }
}
