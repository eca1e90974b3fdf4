/**
 * Exchange: one request, from its arrival until its handler has ended. Each framework has a subclass, which
 * knows how to hear that the client has left and how to answer in place of a handler that was cancelled.
 *
 * States:
 *   arrived    no `task` yet
 *   beginning  the scope has the exchange; the first step runs, after which `task` is set
 *   running    `task` is set
 *   leaving    `clientLeft`: the task has been cancelled, and may still clean up. It is not cancelled again,
 *              unless it has called `uncancel()` since and another reason comes
 *   ended      the task is done, the scope no longer has the exchange, and `promise` is settled
 * arrived → ended at once if the scope refuses requests or the client has already left: the handler is not
 * called then.
 *
 * How the task's end settles the promise:
 *   returned                          the value
 *   threw what reading the body of a request throws when its client leaves: what `left()` returns
 *   threw                             the error, for the error handling of the framework
 *   was cancelled, and ended so       what `left()` returns if the client has left, else (the scope or the
 *                                     `run()` ends) what `unavailable()` returns: neither is an error
 *   threw a CancelledError of another task, without being cancelled: the error
 *
 * The first step of the handler runs inside the call of the framework, as that of a plain async function
 * does. The promise is settled as the body ends, also as that of a plain function is, and not in a later turn
 * of the loop: a handler that waits only for native promises never wakes the loop. So the task is an
 * `ObservedTask`, and its exchange the observer. Measured on Node 24, beside a reaction armed with the task:
 * what a task adds to a request of Fastify 1,100 ns to 920, of Hono 1,280 to 1,030.
 *
 * The promise is a native one, because frameworks ask `instanceof Promise`, and because the reactions
 * that the framework adds to it run in the framework's own context. Rejected: awaiting the task in an async
 * function. Inside the task of a middleware that wait would belong to the middleware.
 */
import type { Body, ResultOf, Returned } from "@asyncio-ts/coroutine";
import { generatorOf, isGeneratorFunction } from "@asyncio-ts/coroutine/internal";
import { type contract, slot } from "@asyncio-ts/future/internal";
import { assertFunction, currentTaskLike, failureReason, hasFailed } from "@asyncio-ts/future/lowlevel";
import type { Task } from "@asyncio-ts/task";
import { ObservedTask, type TaskObserver } from "@asyncio-ts/task/internal";
import { type HandlerOptions, type RequestScope, scopeOf } from "./request-scope.js";

/** Those that are told of one event, by age. */
type Listeners = Set<{ told(): void }>;

/**
 * The key of the listeners of a response or signal. They are many where handlers call each other, and Node warns
 * of a leak from the eleventh on, so they share one. On Node 20 a WeakMap would cost a request 400 ns, this 35.
 */
const listeners = Symbol("asyncio-ts.listeners");

interface Source {
  [listeners]?: Listeners;
}

export abstract class Exchange<R> implements TaskObserver<R> {
  previous: this | undefined = undefined;
  next: this | undefined = undefined;
  protected readonly scope: RequestScope;
  protected task: ObservedTask<R> | undefined = undefined;
  /** Why to cancel the task after its first step, in which there is none yet. */
  private due: string | undefined = undefined;
  private clientLeft = false;
  private listeners: Listeners | undefined = undefined;
  private resolve!: (value: R) => void;
  private reject!: (error: unknown) => void;

  constructor(scope: RequestScope) {
    this.scope = scope;
  }

  /** Tells whether the client has left before the handler was called. */
  protected abstract hasLeft(): boolean;
  /** Begins to listen for the client's leaving, by `listenTo()` or with a listener that calls `leave()`. */
  protected abstract listen(): void;
  /** Returns what the framework gets if the client has left. */
  protected abstract left(): R;
  /** Answers that the server is shutting down, and returns what the framework gets. */
  protected abstract unavailable(): R;
  /** Names the task. */
  protected abstract describe(): string;

  /**
   * Runs the handler in a task of its own, and returns the promise of what the framework gets. The task has a
   * copy of the context variables of `home`, or, if another handler has called this one, of that handler's.
   */
  begin(body: Body<R>, home: contract.Home): Promise<R> {
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
      if (!this.scope.isOpen()) resolve(this.unavailable());
      else if (this.hasLeft()) resolve(this.left());
      else this.start(body, home);
    });
  }

  private start(body: Body<R>, home: contract.Home): void {
    const { scope } = this;
    const name = this.describe();
    const { stepping } = slot;
    if (slot.variables !== undefined && isCalledByHost()) {
      slot.stepping = slot.variables.stepWith(slot.variables.cellOf(home));
    }
    let task: ObservedTask<R>;
    // Before the first step, which may close the scope.
    scope.add(this);
    try {
      task = new ObservedTask(body, scope.loop, { name, eagerStart: true });
    } finally {
      slot.stepping = stepping;
    }
    this.task = task;
    if (task.done()) {
      this.taskEnded(task);
      return;
    }
    task.observer = this;
    this.listen();
    if (this.due !== undefined) this.cancel(this.due);
  }

  /** Cancels the handler, unless it is being cancelled: another request would interrupt its clean-up. */
  cancel(message: string): void {
    const { task } = this;
    if (task === undefined) this.due ??= message;
    else if (!task.isAskedToEnd()) task.cancel(message);
  }

  /** Notes that the client has left. Several events may tell it. */
  protected leave(): void {
    if (this.clientLeft) return;
    this.clientLeft = true;
    this.cancel("the client has left");
  }

  /** Has `told()` called at an event until the task has ended. */
  protected listenTo(emitter: object, listen: (listener: () => void) => void): void {
    const source = emitter as Source;
    let all = source[listeners];
    if (all === undefined) {
      const made: Listeners = (source[listeners] = new Set());
      listen(() => {
        for (const exchange of made) exchange.told();
      });
      all = made;
    }
    all.add(this);
    this.listeners = all;
  }

  /** Called at an event that may tell that the client has left. */
  told(): void {
    this.leave();
  }

  /** Called when the task has ended. */
  taskEnded(task: Task<R>): void {
    this.listeners?.delete(this);
    this.scope.delete(this);
    this.settle(task);
  }

  /** Tells whether an error only says that the client has left. */
  protected isOfLeaving(_error: unknown): boolean {
    return false;
  }

  /** Passes an error of the handler to the framework. */
  protected failed(error: unknown, _task: Task<R>): void {
    this.reject(error);
  }

  protected succeeded(value: R): void {
    this.resolve(value);
  }

  private settle(task: Task<R>): void {
    // What the framework does next belongs to this turn, if there is one.
    slot.microtasksQueued = true;
    if (!task[hasFailed]()) this.succeeded(task.result());
    else this.settleFailed(task, task[failureReason]());
  }

  private settleFailed(task: Task<R>, error: unknown): void {
    try {
      const stopped = task.cancelled() && task.cancelling() > 0;
      // In Deno the request tells it before the response.
      if (this.isOfLeaving(error) || (stopped && this.clientLeft)) this.succeeded(this.left());
      else if (stopped) this.succeeded(this.unavailable());
      else this.failed(error, task);
    } catch (failure) {
      this.reject(failure);
    }
  }
}

/**
 * Tells whether the host calls a handler: neither code on the stack that has variables, nor a handler after an
 * `await`. A callback of the host may belong to the task that made the server, as Node 24 sees it, or to none.
 */
function isCalledByHost(): boolean {
  if (slot.stepping !== undefined) return false;
  const caller = currentTaskLike() as Partial<ObservedTask<unknown>> | undefined;
  return !(caller?.observer instanceof Exchange);
}

/** Makes a function whose calls run `fn` as the handler of a new exchange of the scope. */
export function handlerOf<Args extends unknown[], R extends Returned>(
  fn: (...args: Args) => R,
  options: HandlerOptions | undefined,
  makeExchange: (scope: RequestScope, args: Args) => Exchange<ResultOf<R>>,
): (...args: Args) => Promise<ResultOf<R>> {
  assertFunction(fn, "handler");
  const scope = scopeOf(options);
  const generates = isGeneratorFunction(fn);
  const home: contract.Home = {};
  slot.variables?.keep(home, undefined);
  return (...args) => {
    const body = generates ? generatorOf(fn, ...args) : () => fn(...args);
    return makeExchange(scope, args).begin(body as Body<ResultOf<R>>, home);
  };
}
