import { virtualLoop } from "@asyncio-ts/loop/testing";
import { run } from "asyncio-ts";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Measurement, measure, roundsIn } from "../../src/when-to-use/measure.js";
import { block, compute, processTime, type ProcessTime } from "../../src/when-to-use/work.js";

/** The clock, and the CPU time of this process in microseconds: they stand still but for what a test adds. */
let now: number;
let used: NodeJS.CpuUsage;

beforeEach(() => {
  now = 5000;
  used = { user: 70_000, system: 3000 };
  vi.spyOn(performance, "now").mockImplementation(() => now);
  vi.spyOn(process, "cpuUsage").mockImplementation(() => ({ ...used }));
});
afterEach(() => void vi.restoreAllMocks());

const measured = (body: () => Promise<readonly ProcessTime[]>): Promise<Measurement> =>
  run(measure(body), { loopFactory: virtualLoop });

describe("measure", () => {
  it("measures this process", async () => {
    const work = async (): Promise<readonly ProcessTime[]> => {
      now += 100;
      used.user += 20_000;
      used.system += 5000;
      return [];
    };
    expect(await measured(work)).toEqual({ wall: 100, cpu: 25 });
  });

  it("adds the CPU time of other processes, the latest that each has told", async () => {
    const [other, another] = [-1, -2];
    const work = async (): Promise<readonly ProcessTime[]> => {
      used.user += 1000;
      return [
        { pid: other, cpu: 1000 },
        { pid: another, cpu: 20_000 },
        { pid: other, cpu: 3000 },
      ];
    };
    expect(await measured(work)).toEqual({ wall: 0, cpu: 23_001 });
  });
});

describe("roundsIn", () => {
  it("doubles the rounds until they take long enough to tell how many there are in a time", () => {
    const times = [0, 30, 100, 160];
    vi.mocked(performance.now).mockImplementation(() => times.shift() as number);
    expect(roundsIn(300)).toBe(10_000_000);
  });
});

describe("the work", () => {
  it("knows its process, and the CPU time that it has used", () => {
    expect(processTime()).toEqual({ pid: process.pid, cpu: 73 });
  });

  it("computes, which takes CPU time", () => {
    vi.restoreAllMocks();
    const { cpu } = processTime();
    while (compute(100_000).cpu === cpu);
    expect(processTime().cpu).toBeGreaterThan(cpu);
  });

  it("waits, and lets nobody else run", () => {
    vi.restoreAllMocks();
    const start = performance.now();
    expect(block(20).pid).toBe(process.pid);
    expect(performance.now() - start).toBeGreaterThan(19);
  });
});
