/** See who runs, who waits and for what. */
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
