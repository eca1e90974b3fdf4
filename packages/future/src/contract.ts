/**
 * The contract of who is awaiting: the small interfaces through which a future knows a loop and a task
 * without depending on them, and through which drivers, waits and debug checks know each other.
 */
import { called, resumed, suspended, variables, waitsOutside } from "./members.js";
import type { AsyncContext, AsyncLocalStorage } from "./async-context.js";
import type { PublicFunction } from "./caller.js";

import type { RealTime, Timer } from "./real-time.js";

export type { AsyncContext, AsyncLocalStorage, RealTime, Timer };

/** An item of the ready queue: a task's step, a resumed `await`, a callback. */
export interface Runnable {
  /** Runs it. The loop calls this once for each time that the runnable was scheduled. Must not throw. */
  run(): void;
  /** The task or future that this resumes, if there is one: tells who awaits whom. */
  readonly awaiter?: Awaiter | undefined;
  /**
   * True if this runs even when its loop is closed, and resumes nobody. A closed loop drops what it is given,
   * but for that and for what resumes an awaiter that is not done: a task left behind has to end.
   */
  readonly outlivesLoop?: boolean;
}

/** A task or future that waits for something, as a runnable knows it. */
export interface Awaiter {
  done(): boolean;
}

/** The argument of an exception handler. Python: the `context` dict of `loop.call_exception_handler`. */
export interface ExceptionContext {
  /** A sentence that says what happened. */
  readonly message: string;
  /** The error, if there is one. */
  readonly exception?: unknown;
  /** The future or task that is concerned, if it still exists. */
  readonly future?: unknown;
  /** The handle of the callback that is concerned, if it has one. */
  readonly handle?: unknown;
}

/** The origin of a callback, for an exception handler: its future or handle, and `what` it is, in words. */
export interface Origin extends Pick<ExceptionContext, "future" | "handle"> {
  readonly what: string;
}

/** An event loop, as futures know it. `EventLoop` of `@asyncio-ts/loop` is one. */
export interface LoopLike {
  /** Reports an error that no code can catch. */
  callExceptionHandler(context: ExceptionContext): void;
}

/** The part of a loop that futures hold. Each `EventLoop` of `@asyncio-ts/loop` has one. */
export interface Scheduler extends LoopLike {
  /** The `EventLoop` that the scheduler is a part of; undefined in programs without one. */
  readonly loop?: LoopLike;
  /** True in debug mode: checks that cost time, and reports that help to find a mistake. */
  readonly debug: boolean;
  /** The number of turns run so far. Equal numbers at two moments mean the same turn. */
  readonly turns: number;
  /** Failures that nobody has retrieved; those left when the loop closes are reported. */
  readonly failures: Set<Failure>;
  /** Coroutines (in debug mode) that nobody has awaited; those left when the loop closes are reported. */
  readonly unawaited: Set<Unawaited>;
  /**
   * Set when a task is cancelled: in the iteration that follows, each turn begins once the microtasks have
   * drained, so that all code in the microtasks of a turn was woken by it. See `told-lines.ts` of package task.
   */
  cancels?: boolean;
  /** Appends a runnable to the ready queue. It will have a turn of its own. */
  schedule(runnable: Runnable): void;
  /** Reports a failure soon, unless it is retrieved before; without it, once it is collected. */
  watchFailure?(failure: Failure): void;
}

/** The parts of an event loop that other packages, and other installed copies, look up: see `loop-parts.ts`. */
export interface LoopParts {
  readonly scheduler: Scheduler;
}

/** An error that a future ended with, until somebody retrieves it. Never refers to the future itself. */
export interface Failure extends Home {
  readonly error: unknown;
  /** The name of what failed, for the report: `Task 'fetch-3'`, `Future`. */
  readonly source: string;
  retrieved: boolean;
}

/** A coroutine object that nobody has awaited so far. Never refers to the object itself. */
export interface Unawaited {
  name: string;
  /** The stack of the call of the coroutine function. */
  readonly stack: string;
}

/** Something that a task waits for, and that may wake it. */
export interface Waker {
  done(): boolean;
  /**
   * Tells whether something outside this library ends it. If it waits for others of this library, it adds
   * them to `inTurn`, and the caller asks those: nested calls would overflow the stack in a long chain.
   */
  [waitsOutside](inTurn: Set<Waker>): boolean;
}

/** A wait that a task has in flight, and that cancelling the task cancels. */
export interface PendingWait {
  /** Returns what is waited for; undefined for the next iteration of the loop. */
  target(): object | undefined;
  /** Cancels what is waited for. Returns false if that is done, and its outcome will be delivered. */
  cancelWait(message: string | undefined): boolean;
  /** Tells whether something outside this library ends the wait: see `Waker`. */
  waitsOutside(inTurn: Set<Waker>): boolean;
  /** Describes what is waited for, for the reports that list tasks. */
  describeWait(): string;
}

/**
 * The reason why a wait ended: `"value"` for a value or an error, `"cancelled"` for a cancellation,
 * `"swallowed"` for the outcome of a task in which a cancellation was thrown and did not come out again,
 * `"nothing"` if no outcome would be lost.
 */
export type WakeReason = "value" | "cancelled" | "swallowed" | "nothing";

/** The values of context variables: an immutable map, in the layout of `@asyncio-ts/contextvars`. */
export type Values = readonly unknown[];

/** A place for values that can be replaced. */
export interface Cell {
  values: Values;
  /** True while `Context.run` of this context, or a `run` or eager start in it, is on the stack. */
  entered: boolean;
}

/** An object that has values of context variables: see `variables.ts` of package contextvars. */
export interface Home {
  [variables]?: Values | Cell | undefined;
}

/** A context of variables, as makers of tasks and callbacks know it: `Context` of `@asyncio-ts/contextvars`. */
export interface ContextLike {
  readonly [variables]: Cell;
}

/** The context variables of the process, and how they are handed on: from the package that has variables. */
export interface Variables extends Home {
  /**
   * Gives a home the variables of a context, or a copy of those that the calling code sees.
   *
   * @throws Error if the code of an `eager` task is to enter a context in which code runs.
   */
  keep(home: Home, context: ContextLike | undefined, eager?: boolean): void;
  /** Returns a step context of the current task with these variables. */
  stepWith(held: Values | Cell): StepContext;
  /** Returns, outside every task and callback, a step context with a copy of the home's variables. */
  outside(home: Home | undefined): StepContext | undefined;
  /** Returns the cell of a home, which then is its own: all that use it share one context. */
  cellOf(home: Home): Cell;
  /** Marks the calling code's context as entered. Returns its cell, to take that back, unless it was marked. */
  hold(): Cell | undefined;
}

/** The part of a task that a future needs. `Task` of `@asyncio-ts/task` is one. */
export interface TaskLike extends Home {
  readonly scheduler: Scheduler;
  done(): boolean;
  /** Tells the task that it suspends in `wait`. A cancellation that could not be delivered before is now. */
  [suspended](wait: PendingWait): void;
  /**
   * Tells the task that `wait` has ended, and why. A value is never taken away: a request to cancel is
   * delivered at the next wait. A cancellation that has arrived answers the request too. Only for `"nothing"`
   * may it return an error, which the driver throws into the body.
   */
  [resumed](wait: PendingWait, outcome: WakeReason): Error | undefined;
  /** Tells the task, in debug mode, that its code calls the library. */
  [called]?(): void;
}

/** The step context: whose step is on the stack, be it that of a task, a driver, or nobody. */
export interface StepContext extends Home {
  readonly awaiter?: TaskLike | undefined;
  /** The context for the async functions that the step calls; undefined for the present one. */
  readonly context?: AsyncContext | undefined;
  /** Receives the context once that has the task in it, for the next step. */
  entered?(context: AsyncContext | undefined): void;
  /** Receives a context in which the next steps and calls are to run. */
  within?(context: AsyncContext): void;
}

/** Makes a task, for packages below `task`. Throws a TypeError that names `place` if `body` is none. */
export type TaskFactory = (body: unknown, scheduler: Scheduler, place: string) => TaskLike;

/** The storage: knows the task in which the code of an async function runs, after its first `await` too. */
export interface Storage {
  /** The AsyncLocalStorage that holds the task, if one does. */
  readonly local?: object;
  getStore(): TaskLike | undefined;
  /** Calls `body` in a task, and restores the previous one when that returns. */
  run<Args extends unknown[], R>(store: TaskLike | undefined, body: (...args: Args) => R, ...args: Args): R;
  /** Captures the calling code's context, and its scope (of a timeout or a task group). */
  capture(): AsyncContext | undefined;
  /** Returns the scope of a context, by default of the calling code. */
  scopeIn(context?: AsyncContext): object | undefined;
  /** Returns a context that differs from `context`, by default the calling code's, in its scope. */
  withScope(context: AsyncContext | undefined, scope: object | undefined): AsyncContext | undefined;
  /** Calls `body` in the task of a step context, inside that step's `context`. */
  runIn<Args extends unknown[], R>(
    context: AsyncContext,
    stepper: StepContext,
    body: (...args: Args) => R,
    args: Args,
  ): R;
}

/** Looks for the stores of AsyncLocalStorages in contexts: see `stores-in-context.ts`. */
export interface Stores {
  /** Tells whether a storage other than `own` has one in the context; true if it can't tell. */
  areIn(context: AsyncContext, own: object | undefined): boolean;
  /** Captures the calling code's context, which was entered as `context`, unless it is the same still. */
  recapture(context: AsyncContext): AsyncContext;
}

/** The errors that have no place in the program yet: see `stray.ts`. */
export interface Strays {
  add(error: Error): void;
  /** Adds a cancellation, in debug mode. */
  addCancellation(error: Error): void;
  has(error: unknown): boolean;
  /** Gives `error`, if it is astray, the stack of the caller of `from`: a generator of the program. */
  settleHere(error: unknown, from: PublicFunction): void;
  /** Does the same for a cancellation alone: the caller may be a generator of the library. */
  settleCancellation(error: unknown, from: PublicFunction): void;
  /** Gives `error` the stack of an `await`, by the functions that the engine made; `then` is called after it. */
  settleAtAwait(error: unknown, resolve: unknown, reject: unknown, then: () => void): void;
}

/** The checks of futures and coroutines in debug mode. */
export interface DebugChecks extends WaitWatch {
  /** Watches a new coroutine object. Call `end()` of what it returns when somebody awaits the object. */
  watchCoroutine(coroutine: { readonly name: string }): Watch | undefined;
  /** Notes that a generator object is about to be run. Throws if it was run before. */
  takeGenerator(generator: object): void;
  /** Remembers the place of a call that makes an object. */
  notePlace(made: object): void;
  /** Remembers the place of `from` for `to`, which waits in its name. */
  passPlace(from: object, to: object): void;
  /** Returns the line of the program that made an object, if it is known. */
  placeOf(made: object | undefined): string | undefined;
  /** Appends where `made` was made to the stack of an error, once for each error; `what` says what that is. */
  tellPlace(error: unknown, made: object, what: string): void;
  /** Tells whether the stack of an error has a line of the program. */
  isPlaced(error: Error): boolean;
  /** Returns a cancellation that was made; it is astray if it has no line of the program. */
  placed<E extends Error>(cancellation: E): E;
}

/** An object that belongs to a loop. */
export interface Scheduled {
  readonly scheduler: Scheduler;
  toString(): string;
}

/** An object that is told of each wait for something that is not done. */
export interface WaitWatch {
  /** Called once `awaiter` (undefined: code outside every task) waits for `target`. Must not throw. */
  waitBegins(target: Waker & Scheduled, awaiter: TaskLike | undefined): void;
}

/** An object that is told of each turn of a loop. None of its methods may throw. */
export interface TurnWatch {
  turnBegins(runnable: Runnable): void;
  /** The turn is over, and so are its microtasks. */
  turnEnded(): void;
  /** The loop runs turns again, after it has let the runtime handle events. */
  sliceBegins?(): void;
  /**
   * Something has been put into the ready queue of a loop, by the code that runs now. Timers come there by
   * themselves.
   */
  scheduled?(runnable: Runnable, scheduler: Scheduler): void;
}

/**
 * An object that is told what all tasks do, while somebody looks at the program: see `observers.ts` of the
 * package loop. None of its methods may throw, or wait.
 */
export interface Observer extends WaitWatch, Required<TurnWatch> {
  /**
   * A task was made, and has not begun. Its `surroundings`, the context that it will begin in, may be replaced:
   * that is how an observer puts a store of an AsyncLocalStorage into a task.
   */
  taskMade(task: TaskLike): void;
  /** A task that is not done was asked to stop; by `owner`, a timeout or a group, if that is not undefined. */
  cancelRequested(task: TaskLike, message: string | undefined, owner: object | undefined): void;
  /** A task is done. */
  taskEnded(task: TaskLike): void;
  /** A job was made, and is not in the queue of its pool. More may be added to `sent`, which goes to the worker. */
  jobMade?(job: JobLike): void;
  /** A job is done. */
  jobEnded?(job: JobLike): void;
}

/** A call of a function in a worker, as observers know it: `Job` of `@asyncio-ts/executor`. */
export interface JobLike {
  readonly functionName: string;
  /** Names and values that go to the worker with the call. */
  sent?: readonly (readonly [name: string, value: unknown])[] | undefined;
}

/** An object to notify when the present turn is over. */
export interface AfterTurn {
  turnEnded(): void;
}

/** The watch over a coroutine object, until that is awaited. */
export interface Watch {
  end(): void;
}
