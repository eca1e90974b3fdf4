/**
 * Continuation: the two handlers that a call of `then` was given, and the promise that the call returns.
 *
 * `then` must return a promise, but `await`, which calls it most of the time, throws that away. So this object
 * stands in for the promise, and makes a real one (`derived`) only when somebody uses it.
 *
 * States: waiting (no `outcome`), settled (`outcome` tells what the promise settles with). An outcome is a function,
 * so that an error which nobody asks for is not counted as retrieved.
 */

import { currentScheduler, soon } from "./context.js";
import { isCancelled } from "./errors.js";

type Handler = ((value: unknown) => unknown) | null | undefined;

interface Fulfilled {
  readonly value: unknown;
}

export interface Rejected {
  readonly error: unknown;
}

type Outcome = () => Fulfilled | Rejected;

interface Derived {
  readonly promise: Promise<unknown>;
  settle(outcome: Outcome): void;
}

const nothing: Fulfilled = { value: undefined };
const givesNothing: Outcome = () => nothing;

export abstract class Continuation implements Promise<unknown> {
  private readonly onFulfilled: Handler;
  private readonly onRejected: Handler;
  private outcome: Outcome | undefined = undefined;
  private derived: Derived | undefined = undefined;

  constructor(onFulfilled: unknown, onRejected: unknown) {
    this.onFulfilled = onFulfilled as Handler;
    this.onRejected = onRejected as Handler;
  }

  /** Goes on with a value. */
  fulfil(value: unknown): void {
    if (typeof this.onFulfilled === "function") this.handle(this.onFulfilled, value);
    else this.passOn(() => ({ value }));
  }

  /** Goes on with an error. */
  reject(error: unknown): void {
    if (typeof this.onRejected === "function") {
      this.handle(this.onRejected, error);
      return;
    }
    this.passOn(() => ({ error }));
    // The error may have come inside the call of `then`, before its caller could use the promise.
    soon(() => {
      if (this.derived !== undefined || isCancelled(error)) return;
      currentScheduler().callExceptionHandler({
        message: "a coroutine failed and nobody awaits its result",
        exception: error,
      });
    });
  }

  /** Whether a handler or a derived promise will see an error. */
  protected takesErrors(): boolean {
    return typeof this.onRejected === "function" || this.derived !== undefined;
  }

  protected passOn(outcome: Outcome): void {
    this.outcome = outcome;
    this.derived?.settle(outcome);
  }

  /** A handler threw, and nobody has asked for the promise that would tell: report it. */
  protected abstract handlerThrew(error: unknown): void;

  private handle(handler: (argument: unknown) => unknown, argument: unknown): void {
    let value: unknown;
    try {
      value = handler(argument);
    } catch (error) {
      this.failed(error);
      return;
    }
    this.passOn(value === undefined ? givesNothing : () => ({ value }));
  }

  /** A handler threw. It may have been called inside the call of `then`, before its caller could use the promise. */
  failed(error: unknown): void {
    this.passOn(() => ({ error }));
    soon(() => {
      if (this.derived === undefined) this.handlerThrew(error);
    });
  }

  // ---- the promise ----

  get [Symbol.toStringTag](): string {
    return "Promise";
  }

  // oxlint-disable-next-line unicorn/no-thenable -- stands in for a promise
  then<Value = unknown, Caught = never>(
    onFulfilled?: ((value: unknown) => Value | PromiseLike<Value>) | null,
    onRejected?: ((error: unknown) => Caught | PromiseLike<Caught>) | null,
  ): Promise<Value | Caught> {
    return this.promise().then(onFulfilled, onRejected);
  }

  catch<Caught = never>(
    onRejected?: ((error: unknown) => Caught | PromiseLike<Caught>) | null,
  ): Promise<unknown> {
    return this.promise().catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<unknown> {
    return this.promise().finally(onFinally);
  }

  private promise(): Promise<unknown> {
    if (this.derived === undefined) {
      let settle!: Derived["settle"];
      const promise = new Promise<unknown>((resolve, reject) => {
        settle = (outcome) => {
          const settled = outcome();
          if ("error" in settled) reject(settled.error);
          else resolve(settled.value);
        };
      });
      this.derived = { promise, settle };
      if (this.outcome !== undefined) settle(this.outcome);
    }
    return this.derived.promise;
  }
}
