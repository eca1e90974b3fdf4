/**
 * What the packages of this library share: who is awaiting, which loop runs, and the two small interfaces
 * (`Scheduler`, `TaskLike`) through which a future knows a loop and a task without depending on either.
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
 *   `Scheduler`        all members; if it is the part of a loop, also all members of `LoopScheduler` (package loop)
 *   `EventLoop`        its public methods, and its parts under the key of `loop-parts.ts`: all members of `Parts` (package loop)
 *   `Timed`            all members: the timers of one copy stand in the queue of the other's loop
 *   `Runnable`, `AfterTurn`, `PendingWait`, `TaskLike`, `StepContext`, `WaitTarget`, `Storage`, `DebugChecks`, `Failure`, `Unawaited`   all members
 *   `Future`           `WaitTarget`, its public methods, and `bringsCancellation`, `awaitedBy`
 *   `Task`             `Future`, `TaskLike`, and `CancelNode`, `cancelFor`, `takeBack`, `cancelAmong`, `cancellationIn`,
 *                      `requests`, `stillCounted`, `toldUntil`, `wasThrownSince`, `renewCancellation`, `waitsFor`, `mayWakeFromOutside`, `returned`,
 *                      `threw`; `previous` and `next`, with the list of live tasks (`LiveTasks`)
 *   `CancelNode`       all members: tasks, and the futures of `gather`
 *   `Coroutine`        `take`, `name`
 *   `CoroutineDriver`           what a `Trap` calls: `waitFor`, `tick`, `attach`, `enter`
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
import { whenStoresAreUsed } from "./async-context.js";
import type {
  AfterTurn,
  TaskLike,
  DebugChecks,
  ExceptionContext,
  Failure,
  LoopLike,
  Runnable,
  Scheduler,
  StepContext,
  Storage,
  TaskFactory,
  Unawaited,
} from "./contract.js";
import { reportException } from "./reports.js";

/** Which contract between versions this code follows: see the head of this file. */
export const CONTRACT = 1;

interface Slot {
  /** The contract of the copy that was loaded first. */
  readonly contract: number;
  /** Whose synchronous step is on the stack; undefined: no driver's is. */
  stepping: StepContext | undefined;
  /** The task whose turn it is, for runtimes without AsyncLocalStorage. */
  turn: TaskLike | undefined;
  /** Undefined: not needed so far. Null: this runtime has none. */
  storage: Storage | null | undefined;
  /** Whether the program has given some AsyncLocalStorage a store; undefined: nobody has asked to be told so far. */
  storesUsed: boolean | undefined;
  /** The scheduler whose turn is on the stack. */
  running: Scheduler | undefined;
  /** Set by whatever puts a job on the microtask queue that belongs to the turn; see `LoopScheduler`. */
  microtasksQueued: boolean;
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
  runProgram: ((main: unknown, loopFactory: () => LoopLike) => Promise<unknown>) | undefined;
  /** Registered by the package that has tasks: the list of those that are not done. */
  liveTasks: object | undefined;
  /** The checks of debug mode, once some loop has been in it: until then nothing looks further. */
  checks: DebugChecks | undefined;
}

const key = Symbol.for("asyncio-ts.slot");
const globals = globalThis as { [key]?: Slot };

/** The shared state. For the drivers of this library; everybody else reads it through the functions below. */
export const slot: Slot = (globals[key] ??= {
  contract: CONTRACT,
  stepping: undefined,
  turn: undefined,
  storage: undefined,
  storesUsed: undefined,
  running: undefined,
  microtasksQueued: false,
  afterTurn: undefined,
  fallback: undefined,
  makeFallback: undefined,
  makeTask: undefined,
  makeStorage: undefined,
  runProgram: undefined,
  liveTasks: undefined,
  checks: undefined,
});

if (slot.contract !== CONTRACT) {
  throw new Error(
    `two versions of @asyncio-ts/future that can't work together are loaded (contracts ${slot.contract} and ` +
      `${CONTRACT}); update what needs the older one: npm ls @asyncio-ts/future`,
  );
}

if (slot.storesUsed === undefined) {
  slot.storesUsed = false;
  whenStoresAreUsed(() => (slot.storesUsed = true));
}

/** The task that the calling code runs in, or undefined outside every task. */
export function currentTaskLike(): TaskLike | undefined {
  const { stepping } = slot;
  const awaiter =
    stepping !== undefined ? stepping.awaiter : slot.storage ? slot.storage.getStore() : slot.turn;
  // Code that a task left running behind (a promise nobody awaited) outlives it: then it belongs to no task.
  return awaiter === undefined || awaiter.done() ? undefined : awaiter;
}

/** The scheduler of the task, or else of the turn, that the calling code runs in; outside: the default one. */
export function currentScheduler(): Scheduler {
  return currentTaskLike()?.scheduler ?? slot.running ?? fallbackScheduler();
}

/** The scheduler of code that runs outside every loop. */
export function fallbackScheduler(): Scheduler {
  if (slot.makeFallback !== undefined) {
    slot.fallback = slot.makeFallback();
    slot.makeFallback = undefined;
  }
  return (slot.fallback ??= microtaskScheduler());
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

/** What the scheduler's turn belongs to in runtimes where only the turn can tell. */
export function enterTurn(awaiter: TaskLike | undefined): void {
  slot.microtasksQueued = true;
  slot.turn = awaiter;
}
