/**
 * Shrinking: looks for the schedule with the fewest deviations that still fails in the same way.
 *
 *   1. Leaves out deviations: halves, quarters … single ones (Zeller's ddmin), until none can be left out. A
 *      run may not follow all that it is told, so each success goes on with what that run really did.
 *   2. Tries all schedules with fewer deviations than are left, the fewest first (`Exhaustive`). What it
 *      finds is the smallest there is: a mistake of depth 2 or 3 is rarely what leaving out ends with.
 *
 * Both stop when the budget of runs is used up; the best one so far is the answer. Two failures are the same
 * if their errors have one class and one message, but for numbers and names.
 */
import { Exhaustive } from "./exhaustive.js";
import type { Chooser } from "./explored-loop.js";
import { type Failure, following, type Outcome } from "./explored-run.js";
import { countOf, type Deviation, without } from "./schedule.js";

/** An outcome that is a failure. */
export type Failed = Outcome & { readonly failure: Failure };

export async function shrink(
  failed: Failed,
  run: (chooser: Chooser) => Promise<Outcome>,
  budget: number,
): Promise<Failed> {
  let best = failed;
  let left = budget;
  const attempt = async (chooser: Chooser): Promise<Outcome> => {
    left--;
    const outcome = await run(chooser);
    const { failure, schedule } = outcome;
    if (failure?.kind === failed.failure.kind && schedule.length < best.schedule.length) {
      best = { ...outcome, failure };
    }
    return outcome;
  };
  for (let size = best.schedule.length; size >= 1 && left > 0;) {
    const before = best;
    for (const chunk of chunksOf(best.schedule, size)) {
      if (left <= 0 || best !== before) break;
      await attempt(following(without(before.schedule, new Set(chunk))));
    }
    if (best === before) size = size === 1 ? 0 : Math.ceil(size / 2);
    else size = Math.min(size, best.schedule.length);
  }
  const { schedule } = best;
  const cancels = countOf(schedule, "cancel");
  const deviations = schedule.length - 1;
  const fewer = new Exhaustive({ switches: deviations, cancels, deviations });
  while (left > 0 && best.schedule === schedule && deviations > 0) {
    const chooser = fewer.next();
    if (chooser === undefined) break;
    fewer.ended(await attempt(chooser));
  }
  return best;
}

/** Returns parts of a schedule, the last ones first: what comes late depends on nothing that follows. */
function chunksOf(schedule: readonly Deviation[], size: number): Deviation[][] {
  const chunks: Deviation[][] = [];
  for (let end = schedule.length; end > 0; end -= size) {
    chunks.push(schedule.slice(Math.max(0, end - size), end));
  }
  return chunks;
}
