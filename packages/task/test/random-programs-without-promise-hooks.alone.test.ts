import * as fc from "fast-check";
import { expect, test, vi } from "vitest";
import { cancelledAtAllTurns, cancelledAtRandom, summary } from "./random-programs/properties.js";

// Before the imports: the packages look for the hooks when they are loaded.
vi.hoisted(() => {
  const { getBuiltinModule } = process;
  process.getBuiltinModule = ((name: string) =>
    name === "node:v8" ? {} : getBuiltinModule(name)) as typeof getBuiltinModule;
});

const seed = Number(process.env["SOAK_SEED"] ?? 20_261_126);

test(
  `random programs keep the promises about cancellation, some late (seed ${seed})`,
  { timeout: 120_000 },
  async () => {
    await fc.assert(cancelledAtAllTurns({ withoutHooks: true }), { seed, numRuns: 50 });
    await fc.assert(cancelledAtRandom({ withoutHooks: true }), { seed, numRuns: 200 });
    expect(summary().get("in doubt: late")).toBeGreaterThan(0);
  },
);
