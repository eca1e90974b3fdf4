import { run } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";
import { measure, roundsIn } from "../../src/when-to-use/measure.js";
import { block, compute, processTime } from "../../src/when-to-use/work.js";

describe("measure", () => {
  it("adds the CPU time of other processes, the latest that each has told", async () => {
    const [other, another] = [-1, -2];
    const { cpu, wall } = await run(
      measure(async () => [
        { pid: other, cpu: 1000 },
        { pid: another, cpu: 20_000 },
        { pid: other, cpu: 3000 },
      ]),
    );
    expect(cpu).toBeGreaterThanOrEqual(23_000);
    expect(cpu).toBeLessThan(24_000);
    expect(wall).toBeLessThan(1000);
  });

  // Real time: a machine that is busy with other things may be off once.
  it("measures this process", { retry: 5 }, async () => {
    const rounds = roundsIn(100);
    const computed = await run(measure(async () => [compute(rounds)]));
    expect(computed.cpu).toBeGreaterThan(20);
    const waited = await run(measure(async () => [block(100)]));
    expect(waited.wall).toBeGreaterThan(99);
    expect(waited.cpu).toBeLessThan(99);
  });

  it("knows this process", () => {
    expect(processTime()).toMatchObject({ pid: process.pid });
  });
});
