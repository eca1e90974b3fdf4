import { assertOptions } from "@asyncio-ts/future/lowlevel";
import type { ShutdownOptions } from "./executor.js";

/** A program that was started from a loop, and is ended with it. */
interface Endable {
  /** Asks it to end, and kills it if it does not; resolves once it has ended. Never rejects. */
  end(): Promise<void>;
  /** Kills it at once. */
  kill(): void;
}

/**
 * Things that would outlive a loop, and so are ended with it: what runs elsewhere, such as the jobs of
 * threads and processes.
 */
export class Shutdown {
  /** Futures to cancel, until they are done. */
  readonly toCancel: Set<{ cancel(message?: string): unknown }> = new Set();
  /** Things to cancel after the tasks, which may need them to clean up: connections. */
  readonly toCancelLast: Set<{ cancel(message?: string): unknown }> = new Set();
  /** Promises to wait for, which never reject, until they are resolved. */
  readonly toAwait: Set<Promise<void>> = new Set();
  /** Programs to end, until they have. Not when tasks are cancelled: these may end them in words of their own. */
  readonly toEnd: Set<Endable> = new Set();
  /** Executors to shut down. */
  readonly toShutDown: Set<{ shutdown(options?: ShutdownOptions): PromiseLike<void> }> = new Set();

  /** Cancels everything that can be cancelled. */
  cancel(message: string): void {
    for (const future of this.toCancel) future.cancel(message);
  }

  /** Cancels also what the tasks may have needed. */
  private cancelAll(message: string): void {
    this.cancel(message);
    for (const one of this.toCancelLast) one.cancel(message);
  }

  /** Cancels everything, and asks the programs to end: nobody waits for them, since the loop is closed. */
  abandon(message: string): void {
    this.cancelAll(message);
    for (const program of this.toEnd) void program.end();
  }

  /** Kills the programs: a signal is about to end this one. */
  kill(): void {
    for (const program of this.toEnd) program.kill();
  }

  /** Shuts the executors down, each once. */
  async shutDown(options?: ShutdownOptions): Promise<void> {
    assertOptions(options, "shutdownDefaultExecutor");
    const executors = [...this.toShutDown];
    this.toShutDown.clear();
    await Promise.all(executors.map((executor) => executor.shutdown(options)));
  }

  /**
   * Cancels everything, ends the programs and shuts the executors down; resolves once nothing of it is
   * running. False: nothing is to be ended.
   */
  end(message: string): false | Promise<unknown> {
    const { toCancel, toCancelLast, toAwait, toEnd, toShutDown } = this;
    if (toCancel.size + toCancelLast.size + toAwait.size + toEnd.size + toShutDown.size === 0) return false;
    this.cancelAll(message);
    const ended = [...toEnd].map((program) => program.end());
    return Promise.all([this.shutDown({ timeout: 0 }), ...ended, ...toAwait]);
  }
}
