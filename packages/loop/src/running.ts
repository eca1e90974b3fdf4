/**
 * Which loop: the one whose turn it is; outside of every loop the default one.
 *
 * In JavaScript the host's own loop runs always, so code outside `run()` needs no loop to be started. The default
 * loop is made when it is first asked for, runs for as long as the process does, and holds nothing open by itself.
 */
import { fallbackScheduler, hasBrand, slot } from "@asyncio-ts/future/internal";
import { currentScheduler, type Scheduler } from "@asyncio-ts/future/lowlevel";
import { EventLoop, eventLoopBrand, type EventLoopOptions } from "./event-loop.js";

/**
 * A loop of its own: it runs once `runForever` or `runUntilComplete` is called. Python: `new_event_loop()`.
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
 * The loop that the calling code runs in; outside of every task and callback, the default loop, which always runs.
 * Python: `get_running_loop()`, which throws there.
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
  const scheduler = currentScheduler();
  // The class first: nearly always that is enough, and it costs less.
  return scheduler instanceof EventLoop ? scheduler : otherLoop(scheduler);
}

/** Returns the loop of another installed version, or else the default one. */
function otherLoop(scheduler: Scheduler): EventLoop {
  if (isEventLoop(scheduler)) return scheduler;
  // A future or lock that was used before this package was imported has made a scheduler of microtasks.
  if (!isEventLoop(slot.fallback)) slot.makeFallback ??= startDefaultLoop;
  return fallbackScheduler() as EventLoop;
}

/** Whether a scheduler is an event loop of any installed version. */
function isEventLoop(scheduler: Scheduler | undefined): scheduler is EventLoop {
  return hasBrand(scheduler, eventLoopBrand);
}

function startDefaultLoop(): Scheduler {
  const loop = new EventLoop();
  void loop.runForever();
  // It is never closed, so this is the latest moment.
  loop.whenExiting(() => loop.reportWhatIsLeft());
  return loop;
}

// The one side effect of importing this package.
if (!isEventLoop(slot.fallback)) slot.makeFallback ??= startDefaultLoop;
