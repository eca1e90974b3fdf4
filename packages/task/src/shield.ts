import { type CancelledError, Future } from "@asyncio-ts/future";
import type { contract } from "@asyncio-ts/future/internal";
import {
  assertMessage,
  type Runnable,
  arm,
  disarm,
  failureReason,
  hasFailed,
  waitFacts,
  type WaitFacts,
  waitsOutside,
} from "@asyncio-ts/future/lowlevel";
import { reportFailureOf } from "./errors.js";
import { futureFor, type Waitable } from "./ensure-future.js";
import type { WaitedFor } from "./gather.js";

/**
 * Returns a future that follows another, or a new task, without passing a cancellation on: the code that
 * awaits the shield can be cancelled, and the inner future runs on. If that fails after a shield of it was
 * cancelled, the error is reported to the exception handler of the loop, once. Python: `asyncio.shield`.
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
  const inner = futureFor(waitable, "shield()", shield) as Future<WaitedFor<W>>;
  return inner.done() ? inner : new Shield(inner);
}

/** The number of nested shields that a name shows. */
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

  /** Cancels the shield alone. Returns false if the inner future is done: its outcome is delivered. */
  override cancel(message?: string): boolean {
    assertMessage(message);
    const { inner } = this;
    if (inner.done() || !super.cancel(message)) return false;
    // The inner future may live long, and have many shields.
    inner[disarm](this.reaction);
    reportLater(inner);
    return true;
  }

  /** @internal */
  override [waitsOutside](inTurn: Set<contract.Waker>): boolean {
    inTurn.add(this.inner);
    return false;
  }

  /** @internal */
  [waitFacts](): WaitFacts {
    return { kind: "shield" };
  }

  /** Names the few outermost shields: they may be nested to any depth. */
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

/** The report of each future that lost a shield: a reaction behind those of all its other waiters. */
const reports = new WeakMap<Future<unknown>, Runnable>();

/** Has an error of `inner` reported, since the code that would have got it was cancelled. */
function reportLater(inner: Future<unknown>): void {
  let report = reports.get(inner);
  if (report === undefined) {
    report = { run: () => reportFailureOf(inner, "after the shield around it was cancelled") };
    reports.set(inner, report);
  } else inner[disarm](report);
  inner[arm](report);
}
