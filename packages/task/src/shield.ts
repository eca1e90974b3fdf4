import { type CancelledError, Future } from "@asyncio-ts/future";
import type { contract } from "@asyncio-ts/future/internal";
import {
  assertMessage,
  type Runnable,
  arm,
  bringsCancellation,
  disarm,
  failureReason,
  hasFailed,
  waitsOutside,
} from "@asyncio-ts/future/lowlevel";
import { futureFor, type Waitable } from "./ensure-future.js";
import type { WaitedFor } from "./gather.js";

/**
 * A future that follows another, or a new task, without passing a cancellation on: who awaits the shield can be
 * cancelled, and what is inside runs on. An error of what is inside, once the shield was cancelled, goes to the
 * exception handler of the loop, once however many shields were cancelled. Python: `asyncio.shield`.
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

/** In the name of a shield of shields. */
const DEEPEST_NAMED = 3;

class Shield<T> extends Future<T> {
  private readonly inner: Future<T>;
  private readonly reaction: Runnable;

  constructor(inner: Future<T>) {
    super({ loop: inner.scheduler });
    this.inner = inner;
    this.reaction = { run: () => this.innerDone(), awaiter: this };
    inner[arm](this.reaction);
  }

  /** False if what is inside is done: its outcome is on its way, and is not thrown away. */
  override cancel(message?: string): boolean {
    assertMessage(message);
    const { inner } = this;
    if (inner.done() || !super.cancel(message)) return false;
    // What is inside may live on for long, and have many shields.
    inner[disarm](this.reaction);
    reportLater(inner);
    return true;
  }

  /** @internal */
  override [waitsOutside](inTurn: Set<contract.Waker>): boolean {
    inTurn.add(this.inner);
    return false;
  }

  /** Shields may be nested to any depth: the few outermost are named. */
  protected override describe(): string {
    let inner: Future<unknown> = this.inner;
    let name = "shield of ";
    for (let depth = 1; inner instanceof Shield; depth++) {
      if (depth === DEEPEST_NAMED) return `${name}…`;
      name += "shield of ";
      inner = inner.inner;
    }
    return name + String(inner);
  }

  private innerDone(): void {
    const { inner } = this;
    if (this.done()) return;
    if (inner.cancelled()) this.endCancelled(inner[failureReason]() as CancelledError);
    else if (inner[hasFailed]()) this.fail(inner[failureReason]());
    else this.finish(inner.result());
  }
}

/** For each future that has lost a shield: the one report of its error, which comes after all others who wait for it. */
const reports = new WeakMap<Future<unknown>, Runnable>();

/** Whoever would have got an error of `inner` has been cancelled: has it reported. */
function reportLater(inner: Future<unknown>): void {
  let report = reports.get(inner);
  if (report === undefined) {
    report = { run: () => reportFailureOf(inner) };
    reports.set(inner, report);
  } else inner[disarm](report);
  inner[arm](report);
}

function reportFailureOf(inner: Future<unknown>): void {
  if (!inner[hasFailed]() || inner[bringsCancellation]()) return;
  inner.scheduler.callExceptionHandler({
    message: `${inner} failed after the shield around it was cancelled`,
    exception: inner[failureReason](),
    future: inner,
  });
}
