/**
 * The slot: the state that all packages share. It says who is awaiting and which loop runs, so that a future
 * knows a loop and a task (`Scheduler`, `TaskLike` in `contract.ts`) without depending on either.
 *
 * **Why one slot on `globalThis`.** Two versions of a package may be installed side by side. Each has its own
 * classes, but "who is awaiting right now" is one fact of the process, so it is in one place that both find.
 * The registered functions and objects (`makeTask`, `makeStorage`, `makeFallback`, `runProgram`, `observe`,
 * `stores`, `variables`, `transferred`, `strays`, `checks`, `liveTasks`) come from the copy that is loaded first,
 * and serve all.
 *
 * **The contract between versions.** `CONTRACT` numbers what one copy may do with the objects of another. It
 * recognizes them by brands (`brand.ts`), and uses only the members below. A change to them that another copy
 * could not work with needs a new number:
 *   the slot           its fields; one added later may be undefined where an older copy was loaded first
 *   `Scheduler`        all members; if it is the part of a loop, all members of `LoopScheduler` (package loop)
 *   `EventLoop`        its public methods, and its parts under the key of `loop-parts.ts`: all members of `Parts`
 *                      (package loop)
 *   `Timed`            all members: the timers of one copy are in the queue of the other's loop
 *   `Runnable`, `AfterTurn`, `PendingWait`, `TaskLike`, `StepContext`, `WaitTarget`, `Storage`,
 *   `Stores`, `Strays`, `DebugChecks`, `Failure`, `Unawaited`, `WaitWatch`, `TurnWatch`, `Observer`,
 *   `JobLike`: all members
 *   `Future`           `WaitTarget`, its public methods, and `bringsCancellation`, `awaitedBy`, `ending`
 *   `LoopScheduler`    the length of `ready`; whether `order` is undefined. `turns` grows by 1 as each turn takes the
 *                      first of `ready`
 *   `Task`             `Future`, `TaskLike`, and `CancelNode`, `requestCancel`, `cancellationOf`, `waits`,
 *                      `waitsFor`, `waitPlaces`, `title`, `returned`, `threw`, `origin`, `surroundings` before the
 *                      first step; `previous` and `next`, with the list of live tasks (`LiveTasks`)
 *   `Cancellation`     `all`, `takeBack`, `stillCounted`, `toldUntil`, `thrownSince`, `renew`, `causeOf`, `isDue`,
 *                      `hasSignal`
 *   `CancelNode`       all members: tasks, and the futures of `gather`
 *   `Coroutine`        `take`, `name`
 *   `CoroutineDriver`  what a `Trap` calls: `waitFor`, `tick`, `attach`, `enter`
 *   `ExceptionGroup`   `exceptions`, `split`
 *   `Lock`             `acquire`, `release`, `locked`
 *   `Variables`, `Home`, `Cell`
 *                      all members; `Values`, `ContextVar` and `Token` (package contextvars): `values.ts` there,
 *                      and the fields of a token
 * Two versions of different numbers don't run in one process: the second throws when it is loaded.
 *
 * **Who is awaiting**, in the order in which it is asked:
 *   1. `stepping`: set, and put back, around every synchronous step that a driver makes: a generator's
 *      `next`, the call that starts an async function, a plain callback (there it is `nobody`). Always right,
 *      and costs one assignment.
 *   2. `storage`: an AsyncLocalStorage, or `PromiseStorage` in its place, for the code of an async function
 *      after its first `await`, where no driver is on the stack: see `storage.ts`. Created when a task first
 *      starts an async body; a program of generators never creates it.
 *   3. `turn`: where the runtime has no AsyncLocalStorage (browsers): the task whose turn it is. Right as
 *      long as the task awaits only objects of this library; `ensureFuture` makes one of a promise.
 *
 * AsyncLocalStorages of others: a task, a callback and the body of a coroutine object see the context in
 * which they were made (`captureContext`), as in Python they see their contextvars; the loop itself runs in
 * none. The steps of a generator enter theirs only if some AsyncLocalStorage has a store there, since that
 * costs a third of a step; the async functions that they call always do.
 *
 * Rejected: patching `Promise` (native `await` never calls the patch), and a context argument for every
 * function (which users want to avoid).
 */
import type {
  AfterTurn,
  TaskLike,
  DebugChecks,
  Failure,
  LoopLike,
  Observer,
  Runnable,
  Scheduler,
  StepContext,
  Storage,
  Stores,
  Strays,
  TaskFactory,
  Unawaited,
  Variables,
  WaitWatch,
} from "./contract.js";
import { reportException } from "./reports.js";

/** The number of the contract between versions: see the head of this file. */
export const CONTRACT = 1;

/** The calls of observers that loops, tasks and jobs make. Turns and waits call the rest of each observer. */
type Told = "taskMade" | "cancelRequested" | "taskEnded" | "jobMade" | "jobEnded";

/** The observers, as one. */
interface Observers extends Pick<Observer, Told> {
  loopMade(scheduler: Scheduler): void;
}

interface Slot {
  /** The contract of the copy that was loaded first. */
  readonly contract: number;
  /** The context of the driver's step on the stack; undefined if there is none. */
  stepping: StepContext | undefined;
  /** The task whose turn it is, for runtimes without AsyncLocalStorage. */
  turn: TaskLike | undefined;
  /** The storage. Undefined: not needed so far. Null: this runtime has none. */
  storage: Storage | null | undefined;
  /** The scheduler whose turn is on the stack. */
  running: Scheduler | undefined;
  /** True if the turn has queued microtasks that belong to it; see `LoopScheduler`. */
  microtasksQueued: boolean;
  /** The object that the loop notifies when the present turn, with its microtasks, is over. */
  afterTurn: AfterTurn | undefined;
  /** The scheduler of code that runs outside every loop. */
  fallback: Scheduler | undefined;
  /** The checks of debug mode; undefined until some loop has been in it. */
  checks: DebugChecks | undefined;
  /** The watches of waits, as one; undefined while there is none. */
  waits: WaitWatch | undefined;
  /** The observers of all tasks, as one; undefined while there is none. */
  observer: Observers | undefined;
  /** The errors that have no place in the program yet; undefined until there was one. */
  strays: Strays | undefined;
  /** The watches of waits, one by one. */
  waitWatches?: WaitWatch[] | undefined;
  /** How many context variables were made. */
  variableCount?: number | undefined;

  // ---- what other packages bring ----

  /** The context variables of the process; undefined until one was set, or a context made. */
  variables?: Variables | undefined;
  /**
   * Returns the names and values of the variables that go to workers, where the calling code sees any. From the
   * package that has variables, once such a variable was made.
   */
  transferred?: (() => readonly (readonly [name: string, value: unknown])[] | undefined) | undefined;
  /** Makes the default loop, which replaces `fallback`. From the package that has event loops. */
  makeFallback?: (() => Scheduler) | undefined;
  /** The schedulers of the programs (`run()`) that are going on; undefined until there was one. */
  runs?: Scheduler[] | undefined;
  /** True once the program has given some AsyncLocalStorage a store; undefined until this is watched. */
  storesUsed?: boolean | undefined;
  /** Looks for stores in contexts. This and the rest is from the package that has tasks. */
  stores?: Stores | undefined;
  /** Makes the storage; null if this runtime has none. */
  makeStorage?: (() => Storage | null) | undefined;
  /**
   * Has an observer told of what all tasks do, until the function that it returns is called. Functions that wait
   * for it are in an array under the registered symbol `asyncio-ts.observable` of `globalThis`: a recorder that is
   * loaded before the program finds no slot yet.
   */
  observe?: ((observer: Observer) => () => void) | undefined;
  /** Makes a task. */
  makeTask?: TaskFactory | undefined;
  /** Runs a program on a loop of its own. */
  runProgram?: ((main: unknown, loopFactory: () => LoopLike) => Promise<unknown>) | undefined;
  /** The numbers by which snapshots tell tasks apart; undefined until one was read. */
  inspected?: object | undefined;
  /** The queues that have had many items; undefined until one had. From the package that has queues. */
  queues?: WeakRef<object>[] | undefined;
  /** The list of tasks that are not done. */
  liveTasks?: object | undefined;
}

const key = Symbol.for("asyncio-ts.slot");
const globals = globalThis as { [key]?: Slot };

/** Private, since V8 knows a private constant, and must load an exported one: 2 % of a step. */
const shared: Slot = (globals[key] ??= {
  contract: CONTRACT,
  stepping: undefined,
  turn: undefined,
  storage: undefined,
  running: undefined,
  microtasksQueued: false,
  afterTurn: undefined,
  fallback: undefined,
  checks: undefined,
  waits: undefined,
  observer: undefined,
  strays: undefined,
});

/** The shared state. Drivers use it directly; all other code reads it through the functions below. */
export const slot: Slot = shared;

if (shared.contract !== CONTRACT) {
  throw new Error(
    `incompatible versions of @asyncio-ts/future are loaded (contracts ${shared.contract} and ${CONTRACT}); ` +
      "update what needs the older one: npm ls @asyncio-ts/future",
  );
}

/** Returns the task that the calling code runs in; undefined outside every task. */
export function currentTaskLike(): TaskLike | undefined {
  const { stepping } = shared;
  const awaiter =
    stepping !== undefined ? stepping.awaiter : shared.storage ? shared.storage.getStore() : shared.turn;
  // Code that a task left running (a promise nobody awaited) outlives it, and belongs to no task.
  return awaiter === undefined || awaiter.done() ? undefined : awaiter;
}

/**
 * Returns the place of the calling code, of which `taskAt` later tells the task. It is for those who nearly never
 * ask: a step costs one load, where `currentTaskLike` costs 6 ns.
 */
export function currentPlace(): Place {
  return shared.stepping ?? (shared.storage ? shared.storage.getStore() : shared.turn);
}

/** Returns the task of the code whose place this is; undefined outside every task, and if that has ended. */
export function taskAt(place: Place): TaskLike | undefined {
  const task = place !== undefined && "done" in place ? place : place?.awaiter;
  return task === undefined || task.done() ? undefined : task;
}

/** The place of code: the step on the stack, or the task of an async function. */
type Place = StepContext | TaskLike | undefined;

/** Returns the scheduler of the current task, else of the current turn, else the default one. */
export function currentScheduler(): Scheduler {
  return currentTaskLike()?.scheduler ?? shared.running ?? fallbackScheduler();
}

/** The scheduler of code that runs outside every loop. */
export function fallbackScheduler(): Scheduler {
  if (shared.makeFallback !== undefined) {
    shared.fallback = shared.makeFallback();
    shared.makeFallback = undefined;
  }
  return (shared.fallback ??= microtaskScheduler());
}

const settled = Promise.resolve();

/** Runs a job, which must not throw, in a microtask. Node's queueMicrotask costs twice as much. */
export function soon(job: () => void): void {
  void settled.then(job);
}

/**
 * Makes the scheduler for programs without an event loop, such as one that only installs a lock. There a
 * microtask is enough for "soon, and never synchronously".
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
    callExceptionHandler: reportException,
  };
  return scheduler;
}

/** Marks the turn as one of this task, for runtimes where only the turn tells whose code runs. */
export function enterTurn(awaiter: TaskLike | undefined): void {
  shared.microtasksQueued = true;
  shared.turn = awaiter;
}
