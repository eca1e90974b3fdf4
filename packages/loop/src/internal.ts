/**
 * `@asyncio-ts/loop/internal`: for the sibling packages alone, without a promise of stability. Each name with
 * who needs it.
 */
export { assertFunctionName } from "./executor.js"; // executor: submit() and map()
export type { LoopScheduler } from "./loop-scheduler.js"; // task: sleeps and timeouts
export { isEventLoop } from "./parts.js"; // task: the runner checks what a loopFactory returns
export { partsOf } from "./parts.js"; // task: the end of a run; executor: jobs, services, and the pools of toThread(); subprocess
export { programBegins } from "./running-scheduler.js"; // task: run()
export { runningScheduler } from "./running-scheduler.js"; // task: new tasks and timeouts
export { waitingScheduler } from "./running-scheduler.js"; // task: sleeps and other waits
