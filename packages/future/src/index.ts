export type { ExceptionContext } from "./contract.js";
export { CancelledError, InvalidStateError, isCancelled } from "./errors.js";
export {
  type Awaitable,
  type DoneCallbackOptions,
  Future,
  type FutureOptions,
  isFuture,
  type Steps,
  type Suspension,
} from "./future.js";
