import { describe, expect, it } from "vitest";
import { quick } from "../src/effort.js";
import { measure } from "../src/measure.js";
import type { Case } from "../src/topic.js";

const effort = { ...quick, time: 1, warmupTime: 1, iterations: 4, warmupIterations: 1 };
const timed: Case = { name: "case", operation: "nothing", size: 10, contenders: {} };

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

  it("refuses a program that leaves something undone", async () => {
    await expect(measure(async () => 9, timed, effort)).rejects.toThrow(
      "9 operations were done instead of 10",
    );
  });
});
