export { BrokenExecutorError, ExecutorFullError } from "./errors.js";
export { Job } from "./job.js";
export { move } from "./move.js";
export type { Statistics } from "./pool.js";
export { type Columns, type ExecutorOptions, PoolExecutor, type ResourceLimits } from "./pool-executor.js";
export { ProcessPoolExecutor, type ProcessPoolOptions } from "./process-pool-executor.js";
export type { ServiceFunctions } from "./services.js";
export {
  ThreadPoolExecutor,
  type ThreadPoolOptions,
  type ThreadResourceLimits,
} from "./thread-pool-executor.js";
export { type Call, type ThreadCaller, toThread } from "./to-thread.js";
