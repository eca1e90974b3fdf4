import { run } from "@asyncio-ts/task";
import { say, soak } from "@asyncio-ts/testkit/soak";
import { expect, test } from "vitest";
import { chaos } from "./support/chaos.js";
import { holdings } from "./support/left.js";
import { pools } from "./support/pools.js";

/** Megabytes that the heap may have grown by: compiled code, and what the loader keeps. */
const GROWTH = 16;

test.each(pools)("a $kind pool among random jobs, cancellations and deaths", async (pool) => {
  let runs = 0;
  // What the first runs load stays.
  for (; runs < 5; runs++) await run(() => chaos(pool, runs, 60));
  const before = await holdings();
  await soak(
    `chaos in a ${pool.kind} pool`,
    0.002,
    () => runs,
    async (seed) => {
      await run(() => chaos(pool, seed, 60));
      runs++;
    },
  );
  const after = await holdings();
  say(`  before: ${JSON.stringify(before)}\n  after: ${JSON.stringify(after)}`);
  const { processes, threads, handles } = before;
  expect(after).toMatchObject({ processes, threads, handles });
  // A thread that is terminated since it loads for too long leaves the file open that it was reading.
  expect(after.files).toBeLessThan(before.files + 5 + runs / 50);
  expect(after.heap).toBeLessThan(before.heap + GROWTH);
});
