/**
 * The running loop: the one that the calling code runs in.
 *
 * It is the first of these that there is:
 *   1. the loop of the current task, else of the present turn
 *   2. outside both, in a callback of the runtime (a socket, a `setTimeout`): a program's loop. If the context
 *      has a task that is done, whose code registered the callback, it is that task's loop, as long as its
 *      program goes on; otherwise the loop of the only program that goes on
 *   3. the default loop: no program goes on, the context belongs to one that has ended, or several go on and
 *      nothing tells which
 * A program goes on (`slot.runs`) from the start of `run()` until its loop is about to close; that of a
 * `Runner` while it runs a body, and while it closes.
 *
 * In JavaScript the host's own loop always runs, so code outside `run()` needs no loop to be started. The
 * default loop is created when it is first needed, runs for as long as the process does, and keeps nothing
 * open by itself.
 *
 * Tasks and callbacks made outside every task go to the running loop, and so they end with the program. What
 * code waits for outside every task (a sleep, a future, a lock) is in the default loop (`waitingScheduler`):
 * nothing cancels such code at the end of a program, and in a loop that is closed it would wait for ever.
 */
import { fallbackScheduler, slot } from "@asyncio-ts/future/internal";
import { currentScheduler, currentTaskLike, type Scheduler } from "@asyncio-ts/future/lowlevel";
import { reportWhatIsLeft } from "./error-reports.js";
import { EventLoop, type EventLoopOptions } from "./event-loop.js";
import type { LoopScheduler } from "./loop-scheduler.js";
import { offerObserve } from "./observers.js";
import { partsOf } from "./parts.js";

/**
 * Creates an event loop, which runs once `runForever` or `runUntilComplete` is called. Python:
 * `new_event_loop()`.
 *
 * @example
 * ```ts
 * import { newEventLoop } from "@asyncio-ts/loop";
 *
 * const loop = newEventLoop();
 * const future = loop.createFuture<string>();
 * loop.callLater(10, () => future.setResult("done"));
 * console.log(await loop.runUntilComplete(future));
 * loop.close();
 * // prints: done
 * ```
 */
export function newEventLoop(options?: EventLoopOptions): EventLoop {
  return new EventLoop(options);
}

/**
 * Returns the loop that the calling code runs in. Outside every task and callback of a loop it is that of the
 * `run()` that is going on; if there is none, or there are several, it is the default loop, which always
 * runs. Python: `get_running_loop()`, which throws there.
 *
 * @example
 * ```ts
 * import { getRunningLoop } from "@asyncio-ts/loop";
 *
 * const loop = getRunningLoop();
 * loop.callSoon(console.log, "second");
 * console.log("first");
 * // prints: first
 * // prints: second
 * ```
 */
export function getRunningLoop(): EventLoop {
  return runningScheduler().loop as EventLoop;
}

/** Returns the scheduler of the loop that `getRunningLoop()` returns. */
export function runningScheduler(): LoopScheduler {
  return (currentTaskLike()?.scheduler ?? slot.running ?? schedulerOfProgram()) as LoopScheduler;
}

/** Returns the scheduler of code outside every task and turn. */
function schedulerOfProgram(): Scheduler {
  const { runs } = slot;
  if (runs !== undefined && runs.length > 0) {
    const home = slot.storage?.getStore()?.scheduler ?? onlyOne(runs);
    if (home !== undefined && runs.includes(home)) return home;
  }
  return waitingScheduler();
}

function onlyOne(runs: readonly Scheduler[]): Scheduler | undefined {
  return runs.every((one) => one === runs[0]) ? runs[0] : undefined;
}

/** Notes that a program goes on in the loop of `scheduler`, until the function that it returns is called. */
export function programBegins(scheduler: Scheduler): () => void {
  const runs = (slot.runs ??= []);
  runs.push(scheduler);
  let goesOn = true;
  return () => {
    if (goesOn) runs.splice(runs.indexOf(scheduler), 1);
    goesOn = false;
  };
}

/** Returns the scheduler for what the calling code waits for; outside every task, that of the default loop. */
export function waitingScheduler(): LoopScheduler {
  const scheduler = currentScheduler();
  if (scheduler.loop !== undefined) return scheduler as LoopScheduler;
  offerDefaultLoop();
  return fallbackScheduler() as LoopScheduler;
}

/**
 * A future or lock that was used before this package was imported has made a scheduler that belongs to no
 * loop.
 */
function offerDefaultLoop(): void {
  if (slot.fallback?.loop === undefined) slot.makeFallback ??= startDefaultLoop;
}

function startDefaultLoop(): Scheduler {
  const loop = new EventLoop();
  void loop.runForever();
  const { host, scheduler } = partsOf(loop);
  // It is never closed, so this is the latest moment.
  host.whenExiting(() => reportWhatIsLeft(scheduler));
  return scheduler;
}

// The side effects of importing this package.
offerDefaultLoop();
offerObserve();
