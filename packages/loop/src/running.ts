import { EventLoop, type EventLoopOptions } from "./event-loop.js";
import { runningScheduler } from "./running-scheduler.js";

/**
 * Creates an event loop, which runs once `runForever` or `runUntilComplete` is called. Python: `new_event_loop()`.
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
 * Returns the loop that the calling code runs in; outside every task and callback the default loop, which always runs.
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
  return runningScheduler().loop as EventLoop;
}
