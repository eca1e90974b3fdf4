import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { quick } from "../src/effort.js";
import { measure } from "../src/measure.js";
import { type Case, withoutPauses } from "../src/topic.js";

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

  it.each([timed, withoutPauses(timed)])("refuses a program that leaves something undone", async (chosen) => {
    await expect(measure(async () => 9, chosen, effort)).rejects.toThrow(
      "9 operations were done instead of 10",
    );
  });

  it("leaves out the pauses of the garbage collector if the case says so", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const program = async (operations: number): Promise<number> => {
      collect();
      return operations;
    };
    const all = await measure(program, timed, effort);
    const some = await measure(program, withoutPauses(timed), effort);
    expect(Math.min(...some.samples)).toBeLessThan(Math.min(...all.samples));
  });
});
