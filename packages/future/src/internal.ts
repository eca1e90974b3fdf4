/** `@asyncio-ts/future/internal`: for sibling packages only (listed behind each name), not stable. */
export { Callback } from "./callback.js"; // loop
export { Continuation } from "./continuation.js"; // coroutine
export type * as contract from "./contract.js"; // coroutine, loop, task
export { debug } from "./debug.js"; // loop, task
export { reportFailure } from "./failure.js"; // loop
export { loopParts } from "./loop-parts.js"; // loop
export { realTime } from "./real-time.js"; // loop, task
export { currentPlace, taskAt } from "./slot.js"; // sync
export { fallbackScheduler, slot } from "./slot.js"; // coroutine, executor, loop, task
export { foreignStores } from "./stores.js"; // coroutine, task
export { asyncHooks } from "./stores-in-context.js"; // task
export { astray } from "./stray.js"; // task
export { variables } from "./members.js"; // contextvars, executor, loop, task
