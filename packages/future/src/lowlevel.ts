/**
 * `@asyncio-ts/future/lowlevel`: for authors of primitives of their own. It has what the loop runs, what a
 * task can wait for and how `yield*` suspends a generator coroutine; and this library's checks of arguments,
 * errors and texts, to keep a primitive in line with its own.
 */
export { type AsyncContext, captureContext } from "./async-context.js";
export { brandInstances, hasBrand, nameError } from "./brand.js";
export { atCallOf, type PublicFunction } from "./caller.js";
export { reportIn, runInside } from "./contexts.js";
export type {
  Awaiter,
  ContextLike,
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
export {
  arm,
  bringsCancellation,
  called,
  disarm,
  failureReason,
  hasFailed,
  isBeingCancelled,
  resumed,
  suspended,
  waitFacts,
  waitsOutside,
  wakeReason,
} from "./members.js";
export { type Linked, LinkedList } from "./linked-list.js";
export { PendingAwait } from "./pending-await.js";
export { reportException } from "./reports.js";
export { hasGrown, Ring } from "./ring.js";
export { currentScheduler, currentTaskLike } from "./slot.js";
export { runOutside } from "./stores.js";
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
  readContext,
  readFlag,
} from "./validation.js";
export { Wait, type WaitFacts, type WaitTarget } from "./wait-target.js";
