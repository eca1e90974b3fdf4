/**
 * The contract of who is awaiting: the small interfaces through which a future knows a loop and a task without depending on
 * either, and through which the drivers, the waits and the debug checks know each other.
 */
import type { AsyncContext } from "./async-context.js";

import type { RealTime, Timer } from "./real-time.js";

export type { AsyncContext, RealTime, Timer };

/** Something that a loop can run in its turn: a task's step, a resumed `await`, a callback. */
export interface Runnable {
  /** Called once by the loop for each time that the runnable was scheduled. Must not throw. */
  run(): void;
  /** The task or future that goes on by it, where there is one: who awaits whom. */
  readonly awaiter?: object | undefined;
}

/** What an exception handler is told. Python: the `context` dict of `loop.call_exception_handler`. */
export interface ExceptionContext {
  /** What happened, in a sentence. */
  readonly message: string;
  /** The error, where there is one. */
  readonly exception?: unknown;
  /** The future or task that it happened to, where it still exists. */
  readonly future?: unknown;
  /** The callback's handle, where it happened in one. */
  readonly handle?: unknown;
}

/** What a callback belongs to, for an exception handler, and `what` it is, in words. */
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
  /** Whether debug mode is on: checks that cost time, and reports that help to find a mistake. */
  readonly debug: boolean;
  /** The number of turns run so far: tells whether two moments lie in the same turn. */
  readonly turns: number;
  /** Failures that nobody has retrieved yet; those that are left when the loop closes are reported then. */
  readonly failures: Set<Failure>;
  /** In debug mode, coroutines that nobody has awaited yet; those that are left when the loop closes are reported then. */
  readonly unawaited: Set<Unawaited>;
  /** Puts a runnable at the end of the ready queue. It has a turn of its own. */
  schedule(runnable: Runnable): void;
}

/** The parts of an event loop that other packages, and other installed copies, look up: see `loop-parts.ts`. */
export interface LoopParts {
  readonly scheduler: Scheduler;
}

/** An error that a future ended with, until somebody retrieves it. Never refers to the future itself. */
export interface Failure {
  readonly error: unknown;
  /** What failed, for the report: `Task 'fetch-3'`, `Future`. */
  readonly source: string;
  retrieved: boolean;
}

/** A coroutine object that nobody has awaited so far. Never refers to the object itself. */
export interface Unawaited {
  name: string;
  /** Where the coroutine function was called. */
  readonly stack: string;
}

/** What may wake a task: something that it waits for. */
export interface Waker {
  done(): boolean;
  /**
   * Whether it is something outside this library that ends it. If it waits for others of this library, it adds them to
   * `inTurn`, for the caller to ask: a call of its own for each would overflow the stack in a long chain.
   */
  waitsOutside(inTurn: Set<Waker>): boolean;
}

/** A wait that a task has in flight, and that cancelling the task cancels. */
export interface PendingWait {
  /** What is waited for; undefined for the next iteration of the loop. */
  target(): object | undefined;
  /** Cancels what is waited for. False if that has finished already, so that its outcome is on its way. */
  cancelWait(message: string | undefined): boolean;
  /** Whether it is something outside this library that ends the wait: see `Waker`. */
  waitsOutside(inTurn: Set<Waker>): boolean;
  /** What is waited for, in words, for the reports that list tasks. */
  describeWait(): string;
}

/**
 * How a wait ended: `"value"` for anything that has arrived (a value, an error), `"cancelled"` for a cancellation,
 * `"swallowed"` for what arrives from a task in which a cancellation was thrown and did not come out again, `"nothing"`
 * where there is nothing to lose.
 */
export type WakeReason = "value" | "cancelled" | "swallowed" | "nothing";

/** What a future needs of a task. `Task` of `@asyncio-ts/task` is one. */
export interface TaskLike {
  readonly scheduler: Scheduler;
  done(): boolean;
  /** The task has suspended in `wait`; a cancellation that could not be delivered before is delivered to it. */
  suspended(wait: PendingWait): void;
  /**
   * The task resumes after `wait`, with an outcome. A value is not taken away: a request to cancel is delivered at the next
   * suspension. A cancellation that has arrived answers the request too. Only for `"nothing"` may it return an
   * error, which the driver throws into the body.
   */
  resumed(wait: PendingWait, outcome: WakeReason): Error | undefined;
  /** In debug mode: the code of the task calls the library. */
  called?(): void;
}

/** Whose step is on the stack: a task, a driver, or nobody. */
export interface StepContext {
  readonly awaiter?: TaskLike | undefined;
  /** The context for the async functions that the step calls; undefined: the present one. */
  readonly context?: AsyncContext | undefined;
  /** Told what the context is once it has the task in it, for the next time. */
  entered?(context: AsyncContext | undefined): void;
}

/** Makes a task of a body for `place`, in packages below the one that defines tasks. Throws a TypeError if it is none. */
export type TaskFactory = (body: unknown, scheduler: Scheduler, place: string) => TaskLike;

/** Which task the code of an async function runs in, after its first `await` too. */
export interface Storage {
  /** The AsyncLocalStorage that holds the task, if one does. */
  readonly local?: object;
  getStore(): TaskLike | undefined;
  /** Calls `body` in a task, and has everything as it was when that returns. */
  run<Args extends unknown[], R>(store: TaskLike | undefined, body: (...args: Args) => R, ...args: Args): R;
  /** The same for the stepper's task, in a context, which is the stepper's. */
  runIn<Args extends unknown[], R>(
    context: AsyncContext,
    stepper: StepContext,
    body: (...args: Args) => R,
    args: Args,
  ): R;
}

/** What futures and coroutines do in debug mode. */
export interface DebugChecks {
  /** A coroutine object has been made. Gives what is to be called when somebody awaits it. */
  watchCoroutine(coroutine: { readonly name: string }): Watch | undefined;
  /** A generator object is about to be run. Throws if it was before. */
  takeGenerator(generator: object): void;
  /** A future is about to be awaited. */
  reportWrongLoop(
    future: { readonly scheduler: Scheduler; toString(): string },
    awaiter: TaskLike | undefined,
  ): void;
}

/** What is to be told once that the present turn is over. */
export interface AfterTurn {
  turnEnded(): void;
}

/** Looks after a coroutine object until it is awaited. */
export interface Watch {
  end(): void;
}
