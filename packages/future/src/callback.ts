/**
 * Callback: a function of the user with a turn of its own, in the context in which it was passed. It belongs
 * to no task. Nobody awaits it, so its errors are reported to the exception handler.
 *
 * A program may have a million of them, so each holds only what the call needs: no closure over the
 * arguments, and no name until it is asked for. Measured with 1,000,000 timers: 900 ns to set one became 530,
 * because the garbage collector has less to copy.
 */
import { futureBrand, hasBrand } from "./brand.js";
import { type AsyncContext, captureContext } from "./async-context.js";
import { nobody, outsideTasks, reportIn } from "./contexts.js";
import type { Cell, ContextLike, Origin, Scheduler, Values } from "./contract.js";
import { nameOf } from "./display.js";
import { variables } from "./members.js";
import { slot } from "./slot.js";
import { follow } from "./thenable.js";

/** A `Runnable`; it does not say so, since `run` is not for the users of its subclasses. */
export abstract class Callback<Args extends unknown[]> {
  /** Undefined once it is cancelled. @internal */
  protected callback: ((...args: Args) => unknown) | undefined;
  private readonly context: AsyncContext | undefined;
  /** The context variables that it sees, if any was set by then. @internal */
  declare [variables]?: Values | Cell | undefined;

  /** @internal */
  constructor(callback: (...args: Args) => unknown, context?: ContextLike) {
    this.callback = callback;
    this.context = captureContext();
    if (slot.variables !== undefined) slot.variables.keep(this, context);
  }

  /** @internal */
  protected abstract readonly args: Args;
  /** @internal */
  protected abstract readonly scheduler: Scheduler;

  /** @internal */
  protected abstract origin(): Origin;

  /** @internal */
  run(): void {
    const { callback } = this;
    if (callback === undefined) return;
    const { stepping } = slot;
    slot.stepping = nobody;
    if (this[variables] !== undefined) slot.stepping = slot.variables?.stepWith(this[variables]);
    slot.microtasksQueued = true;
    try {
      const returned = outsideTasks(this.context, callback, this.args);
      if (typeof returned === "object" && returned !== null) this.look(returned, callback);
    } catch (error) {
      this.failed(callback, error);
    } finally {
      slot.stepping = stepping;
    }
  }

  /** Follows what a callback returned, since nobody awaits it. A future reports its own error. */
  private look(returned: object, callback: (...args: Args) => unknown): void {
    if (hasBrand(returned, futureBrand)) return;
    if (hasBrand(returned, coroutineBrand)) {
      (returned as { take(): unknown }).take();
      throw new TypeError(
        "a callback returned a coroutine, which nobody awaits; write `() => createTask(f())`",
      );
    }
    follow(returned, ignore, (error) => reportIn(this, () => this.failed(callback, error)));
  }

  private failed(callback: (...args: Args) => unknown, exception: unknown): void {
    let origin: Origin = { what: "a callback" };
    try {
      origin = this.origin();
    } catch {
      // The toString of a derived class throws.
    }
    const { what, ...context } = origin;
    const message = `${nameOf(callback)}, ${what}, threw an error`;
    this.scheduler.callExceptionHandler({ message, exception, ...context });
  }
}

function ignore(): void {}

// The class depends on this module.
const coroutineBrand = Symbol.for("asyncio-ts.Coroutine");
