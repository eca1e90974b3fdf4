import type { ExceptionContext } from "@asyncio-ts/future";
import type { contract } from "@asyncio-ts/future/internal";
import type { Runnable, Scheduler } from "@asyncio-ts/future/lowlevel";

/** A scheduler that runs a turn when a test says so. */
export class ManualScheduler implements Scheduler {
  debug = false;
  turns = 0;
  readonly failures: Set<contract.Failure> = new Set();
  readonly unawaited: Set<contract.Unawaited> = new Set();
  readonly reports: ExceptionContext[] = [];
  private readonly ready: Runnable[] = [];

  schedule(runnable: Runnable): void {
    this.ready.push(runnable);
  }

  callExceptionHandler(context: ExceptionContext): void {
    this.reports.push(context);
  }

  /** Runs everything that is ready, and what that makes ready, without letting microtasks run in between. */
  flush(): void {
    for (let next = this.ready.shift(); next !== undefined; next = this.ready.shift()) {
      this.turns++;
      next.run();
    }
  }

  /** The same, with the microtasks of each turn before the next one. */
  async settle(): Promise<void> {
    await microtasks();
    for (let next = this.ready.shift(); next !== undefined; next = this.ready.shift()) {
      this.turns++;
      next.run();
      await microtasks();
    }
  }
}

/** Resolves once the microtask queue has drained. */
export function microtasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
