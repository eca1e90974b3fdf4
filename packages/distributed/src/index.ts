export type { ClusterOptions, Connection, ConnectionOptions } from "./connection.js";
export {
  type Backoff,
  DistributedExecutor,
  type DistributedOptions,
  type SubmitOptions,
} from "./executor.js";
export { RemoteJob } from "./remote-job.js";
export type { Isolation } from "./runner.js";
export {
  DistributedWorker,
  type WorkerOptions,
  type WorkerShutdownOptions,
  type WorkerStatus,
} from "./worker.js";
