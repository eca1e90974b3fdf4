export { EventLoop, type EventLoopOptions, type ExceptionHandler } from "./event-loop.js";
export type {
  ArgumentsOf,
  Executor,
  FunctionName,
  Functions,
  ReturnOf,
  ShutdownOptions,
} from "./executor.js";
export type { ExceptionContext } from "@asyncio-ts/future";
export { Handle, TimerHandle } from "./handle.js";
export type { Host } from "./host.js";
export { getRunningLoop, newEventLoop } from "./running-scheduler.js";
export type { Timed } from "./timer-queue.js";
