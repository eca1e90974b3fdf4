import { run } from "@asyncio-ts/task";
import { say, soak } from "@asyncio-ts/testkit/soak";
import { test } from "vitest";
import { chaos } from "./support/chaos.js";

const JOBS = 10_000;

test("many jobs on four workers, among cancellations and faults", async () => {
  let jobs = 0;
  await soak(
    "chaos on other machines",
    0.1,
    () => jobs,
    async (seed) => {
      const report = await run(() => chaos(seed, { jobs: JOBS, workers: 4, kills: 2, lease: 2000 }));
      say(`  ${JSON.stringify(report)}`);
      jobs += JOBS;
    },
  );
});
