import * as fc from "fast-check";
import { test, vi } from "vitest";
import { cancelledAtAllTurns, cancelledAtRandom } from "./random-programs/properties.js";
import { soak } from "./random-programs/soak.js";

// Before the imports: the packages look for the hooks when they are loaded.
vi.hoisted(() => {
  const { getBuiltinModule } = process;
  process.getBuiltinModule = ((name: string) =>
    name === "node:v8" ? {} : getBuiltinModule(name)) as typeof getBuiltinModule;
});

test("random programs keep the promises about cancellation without promise hooks, some late", async () => {
  await soak("random programs without promise hooks", 0.1, async (seed) => {
    await fc.assert(cancelledAtRandom({ withoutHooks: true }), { seed, numRuns: 200 });
    await fc.assert(cancelledAtAllTurns({ atMost: 40, withoutHooks: true }), { seed, numRuns: 20 });
  });
});
