/**
 * The running loop: the one whose turn it is; outside every loop the default one.
 *
 * In JavaScript the host's own loop always runs, so code outside `run()` needs no loop to be started. The
 * default loop is created when it is first needed, runs for as long as the process does, and keeps nothing
 * open by itself.
 */
import { fallbackScheduler, slot } from "@asyncio-ts/future/internal";
import { currentScheduler, type Scheduler } from "@asyncio-ts/future/lowlevel";
import { reportWhatIsLeft } from "./error-reports.js";
import { EventLoop, type EventLoopOptions } from "./event-loop.js";
import type { LoopScheduler } from "./loop-scheduler.js";
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
 * Returns the loop that the calling code runs in; outside every task and callback the default loop, which
 * always runs. Python: `get_running_loop()`, which throws there.
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

// The one side effect of importing this package.
offerDefaultLoop();
