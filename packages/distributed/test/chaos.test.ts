import { run } from "@asyncio-ts/task";
import { expect, it } from "vitest";
import { chaos } from "./support/chaos.js";
import { suite, unless } from "./support/redis.js";

suite(`many jobs, among cancellations and faults${unless}`, () => {
  it.each([1, 2])("end as they must, and leave nothing: seed %i", async (seed) => {
    const report = await run(() => chaos(seed, { jobs: 300, workers: 2, kills: 1, lease: 1000 }));
    expect(report.returned + report.failed + report.cancelled).toBe(300);
    expect(report.again).toBeGreaterThan(0);
  });
});
