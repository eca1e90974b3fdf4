/**
 * The test kit: the code that the tests of all packages share.
 *
 * Some files are entries of their own: those that must not load the tasks, since there are tests that run
 * without them; and `operations`, which counts only code that is loaded after it, and slows all of it down.
 */
export {
  allKinds,
  awaited,
  bothKinds,
  errorOf,
  type Kind,
  oneIteration,
  type Program,
  recordError,
} from "./both-kinds.js";
export {
  cancelBeforeEachTurn,
  cancelEachTaskBeforeEachTurn,
  type MainSweep,
  type SweptProgram,
} from "./cancel-sweeps.js";
export { collectGarbage } from "./collect-garbage.js";
export { nameOf, rejectionOf } from "./errors.js";
export { acceptedBy, type Call, type Junk, junk } from "./junk.js";
export { type Feature, has, needing } from "./needing.js";
export { RandomNumbers } from "./random-numbers.js";
export { type Outcome, outcomeOf, reportsOf, runVirtual } from "./virtual-runs.js";
