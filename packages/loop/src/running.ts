/**
 * Which loop: the one whose turn it is; outside of every loop the default one.
 *
 * In JavaScript the host's own loop runs always, so code outside `run()` needs no loop to be started. The default
 * loop is made when it is first asked for, runs for as long as the process does, and holds nothing open by itself.
 */
import { ambient, currentScheduler, fallbackScheduler, type Scheduler } from "@asyncio-ts/future/ambient";
import { EventLoop, type EventLoopOptions } from "./event-loop.js";

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
  // A future or lock that was used before this package was imported has made a scheduler of microtasks.
  return scheduler instanceof EventLoop ? scheduler : defaultLoop();
}

function defaultLoop(): EventLoop {
  ambient.makeFallback ??= startDefaultLoop;
  return fallbackScheduler() as EventLoop;
}

function startDefaultLoop(): Scheduler {
  const loop = new EventLoop();
  void loop.runForever();
  // It is never closed, so this is the latest moment.
  loop.whenExiting(() => loop.reportWhatIsLeft());
  return loop;
}

// The one side effect of importing this package.
if (!(ambient.fallback instanceof EventLoop)) ambient.makeFallback ??= startDefaultLoop;
