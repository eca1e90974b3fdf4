/**
 * `@asyncio-ts/future/lowlevel`: for authors of primitives of their own. What the loop runs, what a task can wait for, how `yield*`
 * suspends a generator coroutine; and what keeps a primitive in line with those of this library: its checks of arguments, its
 * errors, and how it is shown.
 */
export { type AsyncContext, captureContext } from "./async-context.js";
export { nameError } from "./brand.js";
export { runInside, runOutside } from "./contexts.js";
export type {
  LoopLike,
  PendingWait,
  Runnable,
  Scheduler,
  StepContext,
  TaskLike,
  WakeReason,
  Waker,
} from "./contract.js";
export { describe } from "./describe.js";
export { inspectAsString, isAbortError, isInstance, nameCalls, nameOf } from "./display.js";
export { cancellation } from "./errors.js";
export { PendingAwait } from "./pending-await.js";
export { reportException } from "./reports.js";
export { currentScheduler, currentTaskLike } from "./slot.js";
export {
  follow,
  followPromise,
  followThenable,
  isPromise,
  isPromiseLike,
  keepThen,
  type Then,
  thenOf,
} from "./thenable.js";
export { assertTrap, type Driver, type Trap, TrapIterator } from "./trap.js";
export {
  assertFunction,
  assertMessage,
  assertMilliseconds,
  assertOptions,
  hasMethods,
  isAsyncFunction,
  readFlag,
} from "./validation.js";
export type { WaitTarget } from "./wait-target.js";
