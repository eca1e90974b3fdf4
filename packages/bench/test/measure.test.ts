import { beforeEach, describe, expect, it, vi } from "vitest";
import { quick } from "../src/effort.js";
import { measure } from "../src/measure.js";
import { apartFromPauses } from "../src/pauses.js";
import { type Case, withoutPauses } from "../src/topic.js";

const effort = { ...quick, time: 1, warmupTime: 1, iterations: 4, warmupIterations: 1 };
const timed: Case = { name: "case", operation: "nothing", size: 10, contenders: {} };

// The test of its measure is in pauses.test.ts.
vi.mock(import("../src/pauses.js"), { spy: true });
beforeEach(() => void vi.mocked(apartFromPauses).mockClear());

describe("measure", () => {
  it("takes samples in nanoseconds per operation", async () => {
    const { samples } = await measure(
      async (operations) => ({ done: operations, milliseconds: 2 }),
      timed,
      effort,
    );
    expect(samples.length).toBeGreaterThanOrEqual(4);
    expect(new Set(samples)).toEqual(new Set([200_000]));
  });

  it("runs a program that measures by itself once", async () => {
    let runs = 0;
    const program = async (operations: number) => ({ done: operations, value: ++runs });
    expect(await measure(program, { ...timed, unit: "bytes" }, effort)).toEqual({ samples: [1] });
  });

  it.each([timed, withoutPauses(timed)])("refuses a program that leaves something undone", async (chosen) => {
    await expect(measure(async () => 9, chosen, effort)).rejects.toThrow(
      "9 operations were done instead of 10",
    );
  });

  it("leaves out the pauses of the garbage collector if the case says so", async () => {
    const program = async (operations: number): Promise<number> => operations;
    await measure(program, timed, effort);
    expect(apartFromPauses).not.toHaveBeenCalled();
    vi.mocked(apartFromPauses).mockImplementation(async (work) => ({
      result: await work(),
      milliseconds: 2,
    }));
    const { samples } = await measure(program, withoutPauses(timed), effort);
    expect(new Set(samples)).toEqual(new Set([200_000]));
  });
});
