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

/** @param budget the most runs to spend */
export async function shrink(
  failed: Failed,
  run: (chooser: Chooser) => Promise<Outcome>,
  budget: number,
): Promise<Failed> {
  const shrinking = new Shrinking(failed, run, budget);
  await shrinking.leaveOut();
  await shrinking.tryFewer();
  return shrinking.best;
}

class Shrinking {
  best: Failed;
  private readonly run: (chooser: Chooser) => Promise<Outcome>;
  private left: number;

  constructor(failed: Failed, run: (chooser: Chooser) => Promise<Outcome>, budget: number) {
    this.best = failed;
    this.run = run;
    this.left = budget;
  }

  async leaveOut(): Promise<void> {
    let size = this.best.schedule.length;
    while (size >= 1 && this.left > 0) {
      const before = this.best;
      for (const chunk of chunksOf(before.schedule, size)) {
        if (this.left > 0) await this.attempt(following(without(before.schedule, new Set(chunk))));
        if (this.best !== before) break;
      }
      if (this.best !== before) size = Math.min(size, this.best.schedule.length);
      else size = size === 1 ? 0 : Math.ceil(size / 2);
    }
  }

  async tryFewer(): Promise<void> {
    const { schedule } = this.best;
    const deviations = schedule.length - 1;
    if (deviations < 1) return;
    const fewer = new Exhaustive({ switches: deviations, cancels: countOf(schedule, "cancel"), deviations });
    while (this.left > 0 && this.best.schedule === schedule) {
      const chooser = fewer.next();
      if (chooser === undefined) return;
      fewer.ended(await this.attempt(chooser));
    }
  }

  private async attempt(chooser: Chooser): Promise<Outcome> {
    this.left--;
    const outcome = await this.run(chooser);
    const { failure, schedule } = outcome;
    const isSame = failure?.kind === this.best.failure.kind;
    if (isSame && schedule.length < this.best.schedule.length) this.best = { ...outcome, failure };
    return outcome;
  }
}

/** Returns parts of a schedule, the last ones first: what comes late depends on nothing that follows. */
function chunksOf(schedule: readonly Deviation[], size: number): Deviation[][] {
  const chunks: Deviation[][] = [];
  for (let end = schedule.length; end > 0; end -= size) {
    chunks.push(schedule.slice(Math.max(0, end - size), end));
  }
  return chunks;
}
