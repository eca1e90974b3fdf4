/** Hand tasks to OpenTelemetry. */
export type { TaskDescription } from "./library.js";
export { meterTasks, type MeteredPool, type MeterOptions } from "./meter-tasks.js";
export { traceTasks, type TraceOptions } from "./trace-tasks.js";
