/** See who runs, who waits and for what. */
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
