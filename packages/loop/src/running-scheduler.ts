/**
 * The running loop: the one whose turn it is; outside every loop the default one.
 *
 * In JavaScript the host's own loop always runs, so code outside `run()` needs no loop to be started. The default loop is
 * created when it is first needed, runs for as long as the process does, and keeps nothing open by itself.
 */
import { fallbackScheduler, slot } from "@asyncio-ts/future/internal";
import { currentScheduler, type Scheduler } from "@asyncio-ts/future/lowlevel";
import { reportWhatIsLeft } from "./error-reports.js";
import { EventLoop } from "./event-loop.js";
import type { LoopScheduler } from "./loop-scheduler.js";
import { partsOf } from "./parts.js";

/** Returns the scheduler of the loop that `getRunningLoop()` returns. */
export function runningScheduler(): LoopScheduler {
  const scheduler = currentScheduler();
  return (scheduler.loop === undefined ? defaultScheduler() : scheduler) as LoopScheduler;
}

function defaultScheduler(): Scheduler {
  offerDefaultLoop();
  return fallbackScheduler();
}

/** A future or lock that was used before this package was imported has made a scheduler that belongs to no loop. */
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
