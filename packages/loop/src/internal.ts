/**
 * `@asyncio-ts/loop/internal`: for the sibling packages alone, without a promise of stability. Each name with who needs it.
 */
export type { LoopScheduler } from "./loop-scheduler.js"; // task: sleeps and timeouts are timers of it
export { isEventLoop, partsOf } from "./parts.js"; // task: the runner checks a loop, and ends what is left with it; executor: jobs
export { runningScheduler } from "./running-scheduler.js"; // task
