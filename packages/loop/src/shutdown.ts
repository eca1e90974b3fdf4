import { assertOptions } from "@asyncio-ts/future/lowlevel";
import type { ShutdownOptions } from "./executor.js";

/**
 * Things that would outlive a loop, and so are ended with it: what runs elsewhere, such as the jobs of
 * threads and processes.
 */
export class Shutdown {
  /** Servers to close before anything else, because they make tasks; `toCancel` has them too. */
  readonly toClose: Set<{ close(): void }> = new Set();
  /** Futures to cancel, until they are done. */
  readonly toCancel: Set<{ cancel(message?: string): unknown }> = new Set();
  /** Promises to wait for, which never reject, until they are resolved. */
  readonly toAwait: Set<Promise<void>> = new Set();
  /** Executors to shut down. */
  readonly toShutDown: Set<{ shutdown(options?: ShutdownOptions): PromiseLike<void> }> = new Set();

  /** Cancels everything that can be cancelled. */
  cancel(message: string): void {
    for (const future of this.toCancel) future.cancel(message);
  }

  /** Shuts the executors down, each once. */
  async shutDown(options?: ShutdownOptions): Promise<void> {
    assertOptions(options, "shutdownDefaultExecutor");
    const executors = [...this.toShutDown];
    this.toShutDown.clear();
    await Promise.all(executors.map((executor) => executor.shutdown(options)));
  }

  /**
   * Cancels everything and shuts the executors down; resolves once nothing of it is running. False: nothing
   * is to be ended.
   */
  end(message: string): false | Promise<unknown> {
    const { toCancel, toAwait, toShutDown } = this;
    if (toCancel.size === 0 && toAwait.size === 0 && toShutDown.size === 0) return false;
    this.cancel(message);
    return Promise.all([this.shutDown({ timeout: 0 }), ...toAwait]);
  }
}
