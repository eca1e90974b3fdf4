import { describe, expect, test } from "vitest";
import {
  countOf,
  type Deviation,
  formatSchedule,
  parseSchedule,
  type Schedule,
  withCancel,
  without,
} from "../src/schedule.js";

const [early, cancel, late]: [Deviation, Deviation, Deviation] = [
  { turn: 2, kind: "switch", number: 1 },
  { turn: 4, kind: "cancel", number: 3 },
  { turn: 9, kind: "switch", number: 12 },
];
const schedule: Schedule = [early, cancel, late];

describe("a schedule", () => {
  test("is written as a short text, and read again", () => {
    expect(formatSchedule(schedule)).toBe("2:1 4x3 9:12");
    expect(parseSchedule("2:1 4x3 9:12")).toEqual(schedule);
    expect(parseSchedule("")).toEqual([]);
    // Nobody cancels the main task, but its number is one.
    expect(parseSchedule("2x0")).toEqual([{ turn: 2, kind: "cancel", number: 0 }]);
  });

  test.each(["2", "2:", "x3", "2:1,4x3", "4:1 2:1", "2:1 2x1", "-1:2", "2:1e3", "2:0"])(
    "is not read from %o",
    (text) => {
      expect(parseSchedule(text)).toBeUndefined();
    },
  );

  test("without a switch, the others stay where they are", () => {
    expect(formatSchedule(without(schedule, new Set([early])))).toBe("4x3 9:12");
  });

  test("without a cancellation, what follows moves up into its turn", () => {
    expect(formatSchedule(without(schedule, new Set([cancel])))).toBe("2:1 8:12");
  });

  test("with one more cancellation, what follows moves down by its turn", () => {
    expect(formatSchedule(withCancel(schedule, 9, 7))).toBe("2:1 4x3 9x7 10:12");
    expect(formatSchedule(withCancel(schedule, 0, 7))).toBe("0x7 3:1 5x3 10:12");
    expect(formatSchedule(withCancel([], 5, 1))).toBe("5x1");
  });

  test("counts its switches and cancellations", () => {
    expect([countOf(schedule, "switch"), countOf(schedule, "cancel")]).toEqual([2, 1]);
  });
});
