/** See who runs, who waits and for what. */
export {
  publishTasks,
  type TaskCancelMessage,
  type TaskEndMessage,
  type TaskMadeMessage,
  type TaskMessage,
  type TaskWaitMessage,
} from "./publish-tasks.js";
export { record, Recording, startRecording } from "./recording.js";
export type { Recorded, RecordedBody, RecordingOptions } from "./recording.js";
export type {
  GroupSnapshot,
  LoopSnapshot,
  MakerSnapshot,
  QueueSnapshot,
  Snapshot,
  TaskSnapshot,
  WaitSnapshot,
} from "./snapshot.js";
export { snapshot } from "./take-snapshot.js";
export { toChromeTrace } from "./to-chrome-trace.js";
export { type HtmlOptions, toHtml } from "./to-html.js";
export { type SvgOptions, toSvg } from "./to-svg.js";
export type {
  CancelEvent,
  EndEvent,
  MadeEvent,
  SizeEvent,
  StepEvent,
  Trace,
  TraceEvent,
  TracedGroup,
  TracedObject,
  TracedTask,
  TracedWait,
  WaitEvent,
} from "./trace.js";
