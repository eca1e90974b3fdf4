export type { Awaitable, Steps } from "./awaitable.js";
export type { Body } from "./body.js";
export { Coroutine, coroutine, isCoroutine, type ResultOf, type Returned } from "./coroutine.js";
export { CancelledError, InvalidStateError, isCancelled } from "./errors.js";
export { Future, type FutureOptions, isFuture } from "./future.js";
