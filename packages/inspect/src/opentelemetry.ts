/** `@asyncio-ts/inspect/opentelemetry`: spans of tasks, and what a loop and its pools do as metrics. */
export type { TaskDescription } from "./library.js";
export { meterTasks, type MeteredPool, type MeterOptions } from "./meter-tasks.js";
export { traceTasks, type TraceOptions } from "./trace-tasks.js";
