import { bothKinds } from "@asyncio-ts/testkit";
import { say, soak } from "@asyncio-ts/testkit/soak";
import { test } from "vitest";
import { explorePair } from "./explored/explore-pair.js";
import { scopes } from "./explored/scopes.js";
import { subjects } from "./explored/subjects.js";

/** The runs of one pair for each seed. */
const RUNS = 50;
/** No two batches have a seed of the explorer in common. */
const SEEDS = 1000;

test("users of one primitive in every scope, some of them cancelled, in many orders", async () => {
  let runs = 0;
  let orders = 0;
  await soak(
    "explored",
    10,
    () => runs,
    async (seed) => {
      for (const strategy of ["pct", "random"] as const) {
        for (const kind of bothKinds) {
          for (const subject of subjects) {
            for (const scope of scopes) {
              const options = { strategy, runs: RUNS, seed: seed * SEEDS };
              const explored = await explorePair(subject, scope, kind, options);
              runs += explored.runs;
              orders += explored.orders;
            }
          }
        }
      }
    },
  );
  say(`  ${orders} orders in ${runs} runs`);
});
