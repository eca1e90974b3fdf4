/** See who runs, who waits and for what. */
export type { LoopSnapshot, Snapshot, TaskSnapshot, WaitSnapshot } from "./snapshot.js";
export { snapshot } from "./take-snapshot.js";
