import { type CancelledError, Future } from "@asyncio-ts/future";
import { assertMessage } from "@asyncio-ts/future/ambient";
import { futureFor, type Waitable } from "./ensure-future.js";
import type { WaitedFor } from "./gather.js";

/**
 * A future that follows another, or a new task, without passing a cancellation on: who awaits the shield can be
 * cancelled, and what is inside runs on. An error of what is inside, once the shield was cancelled, goes to the
 * exception handler of the loop. Python: `asyncio.shield`.
 *
 * @example
 * ```ts
 * import { createTask, shield, sleep } from "@asyncio-ts/task";
 *
 * const save = createTask(async () => {
 *   await sleep(20);
 *   console.log("saved");
 * });
 * const caller = createTask(async () => {
 *   await shield(save);
 * });
 * await sleep(0);
 * caller.cancel();
 * await save;
 * console.log(caller.cancelled());
 * // prints: saved
 * // prints: true
 * ```
 */
export function shield<W extends Waitable<unknown>>(waitable: W): Future<WaitedFor<W>> {
  const inner = futureFor(waitable, "shield()") as Future<WaitedFor<W>>;
  return inner.done() ? inner : new Shield(inner);
}

class Shield<T> extends Future<T> {
  private readonly inner: Future<T>;

  constructor(inner: Future<T>) {
    super({ loop: inner.scheduler });
    this.inner = inner;
    inner.whenDone({ run: () => this.innerDone(), awaiter: this });
  }

  /** False if what is inside is done: its outcome is on its way, and is not thrown away. */
  override cancel(message?: string): boolean {
    assertMessage(message);
    return !this.inner.done() && super.cancel(message);
  }

  override waitsOutside(): boolean {
    return this.inner.waitsOutside();
  }

  protected override describe(): string {
    return `shield of ${this.inner}`;
  }

  private innerDone(): void {
    const { inner } = this;
    if (this.done()) this.report();
    else if (inner.cancelled()) this.endCancelled(inner.reason() as CancelledError);
    else if (inner.failed()) this.fail(inner.reason());
    else this.finish(inner.result());
  }

  /** Whoever would have got the error has been cancelled. */
  private report(): void {
    const { inner } = this;
    if (!inner.failed() || inner.bringsCancellation()) return;
    this.scheduler.callExceptionHandler({
      message: `${inner} failed after the shield around it was cancelled`,
      exception: inner.reason(),
      future: inner,
    });
  }
}
