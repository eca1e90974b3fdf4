import { describe, expect, test } from "vitest";
import type { Chooser } from "../src/explored-loop.js";
import { type Deviation, formatSchedule, parseSchedule, type Schedule } from "../src/schedule.js";
import { type Failed, shrink } from "../src/shrink.js";

const TURNS = 12;

/** A program that fails, in some way, in the schedules that `failing` says. */
function program(failing: (schedule: string) => string | undefined) {
  const schedules: string[] = [];
  const run = async (chooser: Chooser): Promise<Failed> => {
    const schedule: Deviation[] = [];
    for (let turn = 0; turn < TURNS; turn++) {
      const number = chooser.pick(turn, []);
      const task = chooser.cancel?.(turn, [], []);
      if (number > 0) schedule.push({ turn, kind: "switch", number });
      if (task !== undefined) schedule.push({ turn, kind: "cancel", number: task });
    }
    const text = formatSchedule(schedule);
    schedules.push(text);
    const kind = failing(text);
    const failure = kind === undefined ? undefined : { kind, error: new Error(kind) };
    return {
      schedule,
      failure,
      options: Array.from({ length: TURNS }, () => 3),
      steps: Array.from({ length: TURNS }, () => 2),
      ended: new Set(),
      states: [],
    } as never;
  };
  const shrunk = async (from: string, budget = 1000): Promise<string> => {
    const schedule = parseSchedule(from) as Schedule;
    const failed = { schedule, failure: { kind: "bug", error: undefined } } as Failed;
    return formatSchedule((await shrink(failed, run, budget)).schedule);
  };
  return { schedules, shrunk };
}

const all = "0:1 1:2 2:1 3:1 4:2 5:1 6:1 7:1 8:2 9:1 10:1 11:1";

describe("shrinking", () => {
  test("leaves out what a failure does not need", async () => {
    const { shrunk } = program((text) => (/\b3:1.*\b8:2/.test(text) ? "bug" : undefined));
    expect(await shrunk(all)).toBe("3:1 8:2");
  });

  test("leaves out cancellations, too", async () => {
    const { shrunk } = program((text) => (/2x1/.test(text) ? "bug" : undefined));
    expect(await shrunk("0:1 2x1 5x2 7:1")).toBe("2x1");
  });

  test("finds a smaller schedule that is no part of the first one", async () => {
    const { shrunk } = program((text) => (text === "4:2" || /1:1.*2:1.*3:1/.test(text) ? "bug" : undefined));
    expect(await shrunk("1:1 2:1 3:1")).toBe("4:2");
  });

  test("finds one deviation in place of two, which may be a cancellation", async () => {
    const one = program((text) => (text === "4:2" || /1:1.*2:1/.test(text) ? "bug" : undefined));
    expect(await one.shrunk("1:1 2:1")).toBe("4:2");
    const other = program((text) => (text === "4x2" || /1:1.*2x1/.test(text) ? "bug" : undefined));
    expect(await other.shrunk("1:1 2x1")).toBe("4x2");
  });

  test.each([
    // Without it; then all schedules of fewer deviations are tried.
    ["3:1", /3:1/, "3:1", 1],
    // Without both, without the last, without the first; and without what is left.
    ["0:1 3:1", /3:1/, "3:1", 4],
    [all, /\b3:1.*\b8:2/, "3:1 8:2", 44],
    ["1:1 2:1 3:1", /^4:2$|1:1.*2:1.*3:1/, "4:2", 17],
  ])("spends no run in vain: from %j, where %s fails, to %j in %i", async (from, failing, to, runs) => {
    const { shrunk, schedules } = program((text) => (failing.test(text) ? "bug" : undefined));
    expect([await shrunk(from), schedules.length]).toEqual([to, runs]);
  });

  test("finds that no deviation is needed", async () => {
    const { shrunk } = program(() => "bug");
    expect(await shrunk(all)).toBe("");
  });

  test("keeps to one failure", async () => {
    const { shrunk } = program((text) => (/3:1/.test(text) ? "bug" : "another one"));
    expect(await shrunk(all)).toBe("3:1");
  });

  test("stops when the budget is used up", async () => {
    const { shrunk, schedules } = program((text) => (/\b3:1.*\b8:2/.test(text) ? "bug" : undefined));
    expect(await shrunk(all, 0)).toBe(all);
    expect(schedules).toEqual([]);
    await shrunk(all, 5);
    expect(schedules).toHaveLength(5);
  });
});
