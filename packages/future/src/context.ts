/**
 * What the packages of this library share: who is awaiting, which loop runs, and the two small interfaces
 * (`Scheduler`, `Awaiter`) through which a future knows a loop and a task without depending on either.
 *
 * **Why one slot on `globalThis`.** Two versions of a package may be installed side by side. Each has its own
 * classes, but "who is awaiting right now" is one fact of the process, so it lives in one place that both find. What is
 * registered in it (`makeTask`, `makeStorage`, `makeFallback`, `runProgram`, `checks`, `liveTasks`) comes from the copy
 * that is loaded first, and serves all.
 *
 * **The contract between versions.** `CONTRACT` is the number of what one copy does with the objects of another. They are
 * told by brands (`brand.ts`), and used by these members alone, to which a change that the other copy could not work with
 * needs a new number:
 *   the slot           its fields; one added later may be undefined where an older copy was loaded first
 *   `Scheduler`        all members; of a loop also its public methods, and `addTimer`, `removeTimer`, `jobs`, `endings`,
 *                      `cancelJobs`, `endJobs`, `adoptExecutor`, `whenExhausted`
 *   `Timed`            all members: the timers of one copy stand in the queue of the other's loop
 *   `Runnable`, `AfterTurn`, `InFlight`, `Awaiter`, `Stepper`, `Waited`, `Storage`, `DebugChecks`, `Failure`, `Unawaited`   all members
 *   `Future`           `Waited`, its public methods, and `bringsCancellation`, `awaitedBy`
 *   `Task`             `Future`, `Awaiter`, and `CancelNode`, `cancelFor`, `takeBack`, `cancelAmong`, `cancellationIn`,
 *                      `requests`, `stillCounted`, `toldUntil`, `wasThrownSince`, `renewCancellation`, `waitsFor`, `mayWakeFromOutside`, `returned`,
 *                      `threw`; `previous` and `next`, with the list of live tasks (`LiveTasks`)
 *   `CancelNode`       all members: tasks, and the futures of `gather`
 *   `Coroutine`        `take`, `name`
 *   `Strand`           what a `Suspension` calls: `waitFor`, `tick`, `attach`, `enter`
 *   `ExceptionGroup`   `exceptions`, `split`
 *   `Lock`             `acquire`, `release`, `locked`
 * Two versions of different numbers don't run in one process: the second throws when it is loaded.
 *
 * **Who is awaiting**, in the order in which it is asked:
 *   1. `stepping`: set, and put back, around every synchronous step that a driver makes: a generator's `next`,
 *      the call that starts an async function, a plain callback (there it is `nobody`). Right by
 *      construction, and costs one assignment.
 *   2. `storage`: an AsyncLocalStorage, or in its place `PromiseStorage`, for the code of an async function after its
 *      first `await`, where no driver is on the stack: see `storage.ts`. Created when a task first starts an async
 *      body; a program of generators never has it.
 *   3. `turn`: where the runtime has no AsyncLocalStorage (browsers): the task whose turn it is. Right for as
 *      long as the task awaits only what comes from this library; `ensureFuture` carries it across a promise.
 *
 * The same care for the AsyncLocalStorages of others: a task, a callback and what a coroutine object runs see the context
 * in which they were made (`captureContext`), as Python's see their contextvars, and the loop itself runs in none. The
 * steps of a generator enter theirs only if some AsyncLocalStorage has a store there, since that costs a third of a step;
 * the async functions that they call always do.
 *
 * Rejected: patching `Promise` (native `await` never calls the patch), and a context argument passed through
 * every function (what users want to be rid of).
 */

import { type AsyncContext, captureContext, holdsStores, root, whenStoresAreUsed } from "./async-context.js";

export { type AsyncContext, captureContext };

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

/** What a future needs of a loop. `EventLoop` of `@asyncio-ts/loop` is one. */
export interface Scheduler {
  /** Whether debug mode is on: checks that cost time, and reports that help to find a mistake. */
  readonly debug: boolean;
  /** The number of turns run so far: tells whether two moments lie in the same turn. */
  readonly turns: number;
  /** Failures that nobody has retrieved yet; what is still in it when the loop closes is reported then. */
  readonly failures: Set<Failure>;
  /** In debug mode, coroutines that nobody has awaited yet; what is in it when the loop closes is reported then. */
  readonly unawaited: Set<Unawaited>;
  /** Puts a runnable at the end of the ready queue. It has a turn of its own. */
  schedule(runnable: Runnable): void;
  /** Reports what nobody can catch. */
  callExceptionHandler(context: ExceptionContext): void;
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
export interface InFlight {
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
export type Outcome = "value" | "cancelled" | "swallowed" | "nothing";

/** What a future needs of a task. `Task` of `@asyncio-ts/task` is one. */
export interface Awaiter {
  readonly scheduler: Scheduler;
  done(): boolean;
  /** The task has suspended in `wait`; a cancellation that could not be delivered before is delivered to it. */
  suspended(wait: InFlight): void;
  /**
   * The task resumes after `wait`, with an outcome. A value is not taken away: a request to cancel is delivered at the next
   * suspension. A cancellation that has arrived answers the request too. Only for `"nothing"` may it return an
   * error, which the driver throws into the body.
   */
  resumed(wait: InFlight, outcome: Outcome): Error | undefined;
  /** In debug mode: the code of the task calls the library. */
  called?(): void;
}

/** Whose step is on the stack: a task, a strand, or nobody. */
export interface Stepper {
  readonly awaiter?: Awaiter | undefined;
  /** The context for the async functions that the step calls; undefined: the present one. */
  readonly context?: AsyncContext | undefined;
  /** Told what the context is once it has the task in it, for the next time. */
  entered?(context: AsyncContext | undefined): void;
}

/** A callback's step: it belongs to no task. */
export const nobody: Stepper = { awaiter: undefined, context: undefined };

/** Makes tasks of bodies, for the packages below the one that defines tasks. */
export type TaskFactory = (body: unknown, scheduler: Scheduler) => Awaiter;

/** Which task the code of an async function runs in, after its first `await` too. */
export interface Storage {
  /** The AsyncLocalStorage that holds the task, if one does. */
  readonly local?: object;
  getStore(): Awaiter | undefined;
  /** Calls `body` in a task, and has everything as it was when that returns. */
  run<Args extends unknown[], R>(store: Awaiter | undefined, body: (...args: Args) => R, ...args: Args): R;
  /** The same for the stepper's task, in a context, which is the stepper's. */
  runIn<Args extends unknown[], R>(
    context: AsyncContext,
    stepper: Stepper,
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
    awaiter: Awaiter | undefined,
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

/** Which contract between versions this code follows: see the head of this file. */
export const CONTRACT = 1;

interface Slot {
  /** The contract of the copy that was loaded first. */
  readonly contract: number;
  /** Whose synchronous step is on the stack; undefined: no driver's is. */
  stepping: Stepper | undefined;
  /** The task whose turn it is, for runtimes without AsyncLocalStorage. */
  turn: Awaiter | undefined;
  /** Undefined: not needed so far. Null: this runtime has none. */
  storage: Storage | null | undefined;
  /** Whether the program has given some AsyncLocalStorage a store; undefined: nobody has asked to be told so far. */
  storesUsed: boolean | undefined;
  /** The scheduler whose turn is on the stack. */
  running: Scheduler | undefined;
  /** Set by whatever puts a job on the microtask queue that belongs to the turn; see `EventLoop`. */
  touched: boolean;
  /** Told by the loop when the present turn is over, its microtasks included. */
  afterTurn: AfterTurn | undefined;
  /** The scheduler of code that runs outside every loop. */
  fallback: Scheduler | undefined;
  /** Replaces `fallback` when it is first needed: registered by the package that has event loops. */
  makeFallback: (() => Scheduler) | undefined;
  /** Registered by the package that has tasks. */
  makeTask: TaskFactory | undefined;
  /** The same: for the code of async functions in tasks. Null: this runtime has nothing for it. */
  makeStorage: (() => Storage | null) | undefined;
  /** The same: runs a program on a loop of its own. */
  runProgram: ((main: unknown, loopFactory: () => Scheduler) => Promise<unknown>) | undefined;
  /** Registered by the package that has tasks: the list of those that are not done. */
  liveTasks: object | undefined;
  /** The checks of debug mode, once some loop has been in it: until then nothing looks further. */
  checks: DebugChecks | undefined;
}

const key = Symbol.for("asyncio-ts.ambient");
const globals = globalThis as { [key]?: Slot };

/** The shared state. For the drivers of this library; everybody else reads it through the functions below. */
export const ambient: Slot = (globals[key] ??= {
  contract: CONTRACT,
  stepping: undefined,
  turn: undefined,
  storage: undefined,
  storesUsed: undefined,
  running: undefined,
  touched: false,
  afterTurn: undefined,
  fallback: undefined,
  makeFallback: undefined,
  makeTask: undefined,
  makeStorage: undefined,
  runProgram: undefined,
  liveTasks: undefined,
  checks: undefined,
});

if (ambient.contract !== CONTRACT) {
  throw new Error(
    `two versions of @asyncio-ts/future that can't work together are loaded (contracts ${ambient.contract} and ` +
      `${CONTRACT}); update what needs the older one: npm ls @asyncio-ts/future`,
  );
}

if (ambient.storesUsed === undefined) {
  ambient.storesUsed = false;
  whenStoresAreUsed(() => (ambient.storesUsed = true));
}

/** The task that the calling code runs in, or undefined outside every task. */
export function currentAwaiter(): Awaiter | undefined {
  const { stepping } = ambient;
  const awaiter =
    stepping !== undefined ? stepping.awaiter : ambient.storage ? ambient.storage.getStore() : ambient.turn;
  // Code that a task left running behind (a promise nobody awaited) outlives it: then it belongs to no task.
  return awaiter === undefined || awaiter.done() ? undefined : awaiter;
}

/** The scheduler of the task, or else of the turn, that the calling code runs in; outside: the default one. */
export function currentScheduler(): Scheduler {
  return currentAwaiter()?.scheduler ?? ambient.running ?? fallbackScheduler();
}

/** The scheduler of code that runs outside every loop. */
export function fallbackScheduler(): Scheduler {
  if (ambient.makeFallback !== undefined) {
    ambient.fallback = ambient.makeFallback();
    ambient.makeFallback = undefined;
  }
  return (ambient.fallback ??= microtaskScheduler());
}

/**
 * Calls `body` so that it, and the async code that it starts, belongs to the stepper's task, in the stepper's context.
 *
 * Starting an async function puts its awaits on the microtask queue, so the turn is marked as touched.
 */
export function runInside<Args extends unknown[], R>(
  stepper: Stepper,
  body: (...args: Args) => R,
  ...args: Args
): R {
  const { stepping } = ambient;
  const { awaiter, context } = stepper;
  ambient.touched = true;
  ambient.stepping = stepper;
  try {
    // Outside every task there is nothing to store, unless it is in the way of a task's.
    if (awaiter === undefined && ambient.storage === undefined) return body(...args);
    if (ambient.storage === undefined) ambient.storage = ambient.makeStorage?.() ?? null;
    const { storage } = ambient;
    if (storage === null) {
      ambient.turn = awaiter;
      return body(...args);
    }
    // No closures here: they, and the frames that they add to the stacks of errors, are for every call of a body.
    if (context !== undefined && context.entered !== true) return storage.runIn(context, stepper, body, args);
    return storage.getStore() === awaiter ? body(...args) : storage.run(awaiter, body, ...args);
  } finally {
    ambient.stepping = stepping;
  }
}

/** Calls `body` in a context that holds nothing: no task, and no store of others. */
export function runOutside(body: () => void): void {
  outsideTasks(root, body, []);
}

/** Whether some AsyncLocalStorage that is not this library's has a store in `context`. */
export function holdsForeignStores(context: AsyncContext): boolean {
  return ambient.storesUsed === true && holdsStores(context, ambient.storage?.local);
}

/**
 * The context of the calling code if some AsyncLocalStorage has a store there; for programs that have generators alone,
 * whose tasks need no context for anything else.
 */
export function captureStores(): AsyncContext | undefined {
  if (ambient.storesUsed !== true) return undefined;
  const context = captureContext();
  return context !== undefined && holdsForeignStores(context) ? context : undefined;
}

const settled = Promise.resolve();

/** Runs a job that does not throw in a microtask. Node's queueMicrotask costs twice as much. */
export function soon(job: () => void): void {
  void settled.then(job);
}

/**
 * The scheduler for programs that have no event loop: someone installs a lock, and nothing else. A microtask
 * is all that "soon, and never synchronously" needs there.
 */
function microtaskScheduler(): Scheduler {
  let ready: Runnable[] = [];
  const flush = (): void => {
    const all = ready;
    ready = [];
    for (const runnable of all) {
      scheduler.turns++;
      runnable.run();
    }
  };
  const scheduler = {
    debug: false,
    turns: 0,
    failures: new Set<Failure>(),
    unawaited: new Set<Unawaited>(),
    schedule(runnable: Runnable): void {
      if (ready.push(runnable) === 1) soon(flush);
    },
    callExceptionHandler(context: ExceptionContext): void {
      reportException(context);
    },
  };
  return scheduler;
}

/** The default exception handler: one line to `console.error`, with the error and its stack behind it. */
export function reportException(context: ExceptionContext): void {
  try {
    if ("exception" in context) console.error(context.message, context.exception);
    else console.error(context.message);
  } catch {
    reportWithoutException(context);
  }
}

/** An error may be an object that throws when it is printed; and where a program has broken the console, all is lost. */
function reportWithoutException({ message }: ExceptionContext): void {
  try {
    console.error(message, "(which can't be printed)");
  } catch {
    // Nothing is left to report it to, and whoever reports must go on.
  }
}

/** What the scheduler's turn belongs to in runtimes where only the turn can tell. */
export function enterTurn(awaiter: Awaiter | undefined): void {
  ambient.touched = true;
  ambient.turn = awaiter;
}

/** Calls `callback` in a context, but in no task even if the context is one of a task. */
export function outsideTasks<Args extends unknown[], R>(
  context: AsyncContext | undefined,
  callback: (...args: Args) => R,
  args: Args,
): R {
  return context === undefined
    ? callback(...args)
    : context.runInAsyncScope(withoutTask<Args, R>, undefined, callback, args);
}

function withoutTask<Args extends unknown[], R>(callback: (...args: Args) => R, args: Args): R {
  const { storage } = ambient;
  // An AsyncLocalStorage would call it with another `this`.
  return storage && storage.getStore() !== undefined
    ? storage.run(undefined, () => callback(...args))
    : callback(...args);
}
