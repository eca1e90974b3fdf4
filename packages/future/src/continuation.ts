/**
 * Continuation: the two handlers that a call of `then` was given, and the promise that the call returns.
 *
 * `then` must return a promise, but `await`, which calls it most of the time, throws that away. So this
 * object stands in for the promise, and makes a real one only when somebody uses it.
 *
 * States: waiting (no `outcome`), settled (`outcome` settles the promise). An outcome is a function, so that
 * an error is counted as retrieved only when it is asked for.
 *
 * **Whose task a handler runs in.** That of the code which called `then`, in its context. The two functions
 * that `await` passes need no care: they only resume the async function, and the engine knows its context. A
 * user's handler is called in the reaction of a native promise made for it (`carrier`), which carries the
 * context. User code is recognized by any of these:
 *   - an argument is missing: `await` always passes two functions;
 *   - a driver's step is on the stack: `await` calls `then` from a microtask of its own;
 *   - the returned promise is used: `await` throws it away. Then the carrier is made.
 * One case is left: `then(f, g)` in an async function after its first `await`, the result unused. There the
 * handler runs in the task (`slot.stepping`), and on Node 20 and 22 so does all that it starts. From Node 24
 * on an async function that it starts belongs to no task after its first `await`. On no Node does the handler
 * see AsyncLocalStorages of others. Rejected: entering the context for each `await` (4 % of one), reading the
 * handler's source text (30 ns), and asking for its prototype, which would recognize async functions (15 ns).
 */

import { runInside } from "./contexts.js";
import type { TaskLike, StepContext } from "./contract.js";
import { inspectAsString } from "./display.js";
import { isCancelled } from "./errors.js";
import { slot, currentTaskLike, currentScheduler, enterTurn, soon } from "./slot.js";
import { Wait, type WaitTarget } from "./wait-target.js";

type Handler = ((value: unknown) => unknown) | null | undefined;

/** Settles a promise, given its two functions. */
type Outcome = (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void;

type Carrier = (job: () => void) => void;

/** The parts of a continuation that an `await` never needs. */
interface Rest {
  promise?: Promise<unknown>;
  /** Settles the promise. */
  settle?(outcome: Outcome): void;
  /** Calls a function in the context of the code that called `then`, in a microtask. */
  carrier?: Carrier | undefined;
}

const givesNothing: Outcome = (resolve) => resolve(undefined);

export class Continuation extends Wait implements Promise<unknown>, StepContext {
  static {
    inspectAsString(this.prototype);
  }

  private readonly onFulfilled: Handler;
  private readonly onRejected: Handler;
  private outcome: Outcome | undefined = undefined;
  private rest: Rest | undefined = undefined;
  /** The task that waits; undefined before it does. */
  awaiter: TaskLike | undefined;
  /** The future that the handlers are for; undefined if they are for a coroutine object. */
  declare protected readonly future?: WaitTarget;
  declare protected waitingFor: WaitTarget | undefined;

  /** Tells whether the engine, for an `await`, may have called `then` with these. */
  static mayBeAwait(onFulfilled: unknown, onRejected: unknown): boolean {
    return (
      typeof onFulfilled === "function" && typeof onRejected === "function" && slot.stepping === undefined
    );
  }

  constructor(onFulfilled: unknown, onRejected: unknown, awaiter?: TaskLike) {
    super();
    this.awaiter = awaiter;
    this.onFulfilled = onFulfilled as Handler;
    this.onRejected = onRejected as Handler;
    if (!Continuation.mayBeAwait(onFulfilled, onRejected)) this.carry();
  }

  /** Marks the turn as one of the task that waits. Returns itself. */
  enterTurn(): this {
    enterTurn(this.awaiter);
    return this;
  }

  /** Continues with a value. Returns itself. */
  fulfil(value: unknown): this {
    if (typeof this.onFulfilled === "function") this.handle(this.onFulfilled, value);
    else this.passOn((resolve) => resolve(value));
    return this;
  }

  /** Continues with an error. Returns itself. */
  reject(error: unknown): this {
    if (typeof this.onRejected === "function") {
      if (this.rest === undefined && slot.strays?.has(error)) this.rejectAtAwait(this.onRejected, error);
      else this.handle(this.onRejected, error);
      return this;
    }
    this.passOn((_, reject) => reject(error));
    afterUse(() => {
      const message = "a coroutine failed and nobody awaits its result";
      if (this.isLost(error)) currentScheduler().callExceptionHandler({ message, exception: error });
    });
    return this;
  }

  private rejectAtAwait(onRejected: (error: unknown) => unknown, error: unknown): void {
    slot.strays?.settleAtAwait(error, this.onFulfilled, onRejected, () => this.handle(onRejected, error));
  }

  /** Tells whether a handler or a derived promise will see an error. */
  protected takesErrors(): boolean {
    return typeof this.onRejected === "function" || this.isUsed();
  }

  protected passOn(outcome: Outcome): void {
    this.outcome = outcome;
    this.rest?.settle?.(outcome);
  }

  // No closure in here: V8 would allocate what it captures at each call.
  private handle(handler: (argument: unknown) => unknown, argument: unknown): void {
    if (this.rest !== undefined && this.handleThere(this.rest, handler, argument)) return;
    const { stepping } = slot;
    const isInTask = this.awaiter !== undefined;
    if (isInTask) slot.stepping = this.rest === undefined ? ofTurn : this;
    let value: unknown;
    try {
      value = handler(argument);
    } catch (error) {
      slot.stepping = stepping;
      this.failed(error);
      return;
    }
    // Storing a constant needs no write barrier of the garbage collector.
    if (stepping !== undefined) slot.stepping = stepping;
    else if (isInTask) slot.stepping = undefined;
    if (value === undefined) this.passOn(givesNothing);
    else this.gave(value);
  }

  /** Has the carrier call the handler. Returns false if there is no carrier. */
  private handleThere(rest: Rest, handler: (argument: unknown) => unknown, argument: unknown): boolean {
    const { carrier } = rest;
    if (carrier === undefined) return false;
    carrier(() => {
      rest.carrier = undefined;
      this.handle(handler, argument);
    });
    return true;
  }

  private gave(value: unknown): void {
    if (this.isUsed() || !isThenable(value)) {
      this.passOn((resolve) => resolve(value));
      return;
    }
    // Even if nobody asks for the promise, what the handler returned must run, and its error be reported.
    const promise = inTask(() => Promise.resolve(value));
    this.passOn((resolve) => resolve(promise));
    promise.catch((error: unknown) => this.handlerThrew(error));
  }

  /** Passes on the error of a handler. Returns itself. */
  failed(error: unknown): this {
    this.passOn((_, reject) => reject(error));
    afterUse(() => this.handlerThrew(error));
    return this;
  }

  /** Reports the error of a handler, unless somebody will see it or it is a cancellation. */
  private handlerThrew(exception: unknown): void {
    if (!this.isLost(exception)) return;
    const { future } = this;
    (future?.scheduler ?? currentScheduler()).callExceptionHandler({
      message: `a handler given to then() of ${future ?? "a coroutine"} threw an error`,
      exception,
      future,
    });
  }

  /** Tells whether an error must be reported, because nobody has asked for the promise that passes it on. */
  private isLost(error: unknown): boolean {
    return !this.isUsed() && !isCancelled(error);
  }

  /** Tells whether somebody has asked for the promise. */
  private isUsed(): boolean {
    return this.rest?.promise !== undefined;
  }

  /** Makes the carrier in the calling code's task, which its driver may not have entered. */
  private carry(): void {
    if (typeof this.onFulfilled !== "function" && typeof this.onRejected !== "function") return;
    const awaiter = this.awaiter ?? currentTaskLike();
    this.rest ??= {};
    this.rest.carrier =
      awaiter === undefined && slot.stepping === undefined ? carrier() : runInside({ awaiter }, carrier);
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
    return inTask(() => this.promise().then(onFulfilled, onRejected));
  }

  catch<Caught = never>(
    onRejected?: ((error: unknown) => Caught | PromiseLike<Caught>) | null,
  ): Promise<unknown> {
    return this.then(undefined, onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<unknown> {
    return inTask(() => this.promise().finally(onFinally));
  }

  private promise(): Promise<unknown> {
    const rest = (this.rest ??= {});
    if (rest.promise === undefined) {
      if (rest.carrier === undefined && this.outcome === undefined) this.carry();
      rest.promise = new Promise((resolve, reject) => {
        rest.settle = (outcome) => outcome(resolve, reject);
        if (this.outcome !== undefined) rest.settle(this.outcome);
      });
    }
    return rest.promise;
  }
}

/**
 * The step context of a handler called in its task's turn. One for all: a store of this old object in the
 * slot is free; one of a young continuation has a write barrier. Measured: 2 to 5 % of an `await`.
 */
const ofTurn: StepContext = {
  get awaiter(): TaskLike | undefined {
    return slot.turn;
  },
};

function carrier(): Carrier {
  let resolve!: Carrier;
  void new Promise<() => void>((settle) => (resolve = settle)).then((job) => job());
  return resolve;
}

/** Uses a promise in the task of the driver's step on the stack, if any, so that reactions belong to it. */
function inTask<T>(use: () => Promise<T>): Promise<T> {
  const { stepping } = slot;
  return stepping === undefined ? use() : runInside({ awaiter: stepping.awaiter }, use);
}

/**
 * Runs `job` once the caller of `then` has had time to use the promise. It may still be inside that call; and
 * if it awaits the returned promise, the engine asks for it one microtask later.
 */
function afterUse(job: () => void): void {
  soon(() => soon(job));
}

function isThenable(value: unknown): boolean {
  return ((typeof value === "object" && value !== null) || typeof value === "function") && "then" in value;
}
