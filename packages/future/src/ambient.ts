/**
 * `@asyncio-ts/future/ambient`: what the packages of this library need of each other, and programs don't: the shared
 * state that tells who is awaiting, the interfaces by which futures know loops and tasks, and the drivers of bodies.
 *
 * It follows no promise of stability beyond the `fixed` versions in which the packages are released together.
 */
export {
  type AfterTurn,
  ambient,
  type AsyncContext,
  type Awaiter,
  captureContext,
  captureStores,
  currentAwaiter,
  currentScheduler,
  type ExceptionContext,
  type Failure,
  fallbackScheduler,
  type InFlight,
  nobody,
  type Outcome,
  reportException,
  runInside,
  type Runnable,
  runOutside,
  type Scheduler,
  type Stepper,
  type TaskFactory,
  type Unawaited,
  type Waker,
} from "./context.js";
export { Attempt, mustWait } from "./attempt.js";
export { assertFunction, assertOptions, hasMethods, isAsyncFunction, readFlag } from "./arguments.js";
export { brandInstances, hasBrand, nameError } from "./brand.js";
export {
  assertBody,
  isGeneratorFunction,
  isPromiseLike,
  isSteps,
  openReturned,
  runBody,
  takeBody,
} from "./body.js";
export { keepThen } from "./awaitable.js";
export { Callback, type Origin } from "./callback.js";
export { checks, placeOfCall, reportUnawaited } from "./debug.js";
export { describe } from "./describe.js";
export { itself } from "./coroutine.js";
export { assertMessage, cancellation } from "./errors.js";
export { reportFailure } from "./failure.js";
export { inspectAsString, isAbortError, isInstance, nameCalls, nameOf } from "./inspect.js";
export { assertMilliseconds } from "./milliseconds.js";
export { realTime, type RealTime, type Timer } from "./real-time.js";
export { makeStorage } from "./storage.js";
export { Strand, Suspending, type Suspension } from "./strand.js";
export { follow, followPromise, followThenable, isPromise, type Then, thenOf } from "./thenable.js";
export { Wait, type Waited } from "./wait.js";
