import * as fc from "fast-check";
import { test } from "vitest";
import { cancelledAtAllTurns, cancelledAtRandom, sameInBothKinds } from "./random-programs/properties.js";
import { soak } from "./random-programs/soak.js";

test("random programs keep the promises about cancellation", async () => {
  await soak("random programs", 0.9, async (seed) => {
    await fc.assert(cancelledAtRandom(), { seed, numRuns: 200 });
    await fc.assert(cancelledAtAllTurns({ atMost: 40 }), { seed, numRuns: 20 });
    await fc.assert(sameInBothKinds(), { seed, numRuns: 10 });
  });
});
