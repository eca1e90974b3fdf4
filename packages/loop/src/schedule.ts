/**
 * Schedules: what a run does differently from the loop alone.
 *
 * A run of `explore` takes one turn after the other. In each, the loop alone would run the first option: what
 * has been ready for longest, or when nothing is, the next timer. So a run is told by its deviations:
 *   a switch   in turn `turn`, option `number` runs, and not option 0
 *   a cancel   turn `turn` cancels task `number`; what would have run there runs one turn later
 * Without deviations a run has the order of events that `run()` has on a virtual loop. With equal deviations
 * two runs of a deterministic program are equal, so the text of a schedule is all that a replay needs.
 *
 * Invariants: a turn has at most one deviation, the turns ascend, and the number of a switch is 1 or more.
 * A deviation that a run can't follow (it ended before, the option is not there, the task is done) is left
 * out of what the run records. So what a run records is always what it did.
 */

/** One thing that a run does differently. */
export interface Deviation {
  readonly turn: number;
  readonly kind: "switch" | "cancel";
  /** The number of the option, or of the task. */
  readonly number: number;
}

export type Schedule = readonly Deviation[];

/** Writes a schedule for `replay`: `4:1 9x2` switches in turn 4 to option 1, and cancels task 2 in turn 9. */
export function formatSchedule(schedule: Schedule): string {
  return schedule
    .map(({ turn, kind, number }) => `${turn}${kind === "switch" ? ":" : "x"}${number}`)
    .join(" ");
}

/** Reads what `formatSchedule` has written; undefined if it is nothing of the kind. */
export function parseSchedule(text: string): Schedule | undefined {
  const schedule: Deviation[] = [];
  for (const word of text.split(" ")) {
    if (word === "") continue;
    const parts = /^(\d{1,9})([:x])(\d{1,9})$/.exec(word);
    if (parts === null) return undefined;
    const [turn, number] = [Number(parts[1]), Number(parts[3])];
    if (turn <= (schedule.at(-1)?.turn ?? -1)) return undefined;
    const kind = parts[2] === ":" ? "switch" : "cancel";
    if (kind === "switch" && number === 0) return undefined;
    schedule.push({ turn, kind, number });
  }
  return schedule;
}

/**
 * Returns a schedule without some of its deviations. What follows a cancellation that is left out moves up
 * into its turn.
 */
export function without(schedule: Schedule, leftOut: ReadonlySet<Deviation>): Schedule {
  const rest: Deviation[] = [];
  let moved = 0;
  for (const deviation of schedule) {
    if (!leftOut.has(deviation)) rest.push({ ...deviation, turn: deviation.turn - moved });
    else if (deviation.kind === "cancel") moved++;
  }
  return rest;
}

/** Returns a schedule with one more cancellation; what follows moves down by its turn. */
export function withCancel(schedule: Schedule, turn: number, task: number): Schedule {
  const longer: Deviation[] = schedule.filter((one) => one.turn < turn);
  longer.push({ turn, kind: "cancel", number: task });
  for (const one of schedule.slice(longer.length - 1)) longer.push({ ...one, turn: one.turn + 1 });
  return longer;
}

/** Returns how many deviations of a kind a schedule has. */
export function countOf(schedule: Schedule, kind: Deviation["kind"]): number {
  return schedule.filter((one) => one.kind === kind).length;
}
