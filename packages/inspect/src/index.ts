/** See who runs, who waits and for what. */
export {
  publishTasks,
  type TaskCancelMessage,
  type TaskEndMessage,
  type TaskMadeMessage,
  type TaskMessage,
  type TaskWaitMessage,
} from "./publish-tasks.js";
export type { LoopSnapshot, Snapshot, TaskSnapshot, WaitSnapshot } from "./snapshot.js";
export { snapshot } from "./take-snapshot.js";
