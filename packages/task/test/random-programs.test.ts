/**
 * A few hundred random programs, each cancelled before each of its turns and at random times. `pnpm soak`
 * runs many more.
 */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { needing } from "@asyncio-ts/testkit";
import {
  cancelledAtAllTurns,
  cancelledAtRandom,
  sameInBothKinds,
  summary,
} from "./random-programs/properties.js";

const seed = Number(process.env["SOAK_SEED"] ?? 20_261_126);

describe(`with seed ${seed}`, () => {
  test(
    "random programs keep the promises about cancellation, cancelled before each turn",
    { ...needing("promise hooks"), timeout: 120_000 },
    async () => {
      await fc.assert(cancelledAtAllTurns(), { seed, numRuns: 250 });
    },
  );

  test(
    "random programs keep them, cancelled at random times",
    { ...needing("promise hooks"), timeout: 120_000 },
    async () => {
      await fc.assert(cancelledAtRandom(), { seed, numRuns: 400 });
    },
  );

  test("generator coroutines do what async functions do", { timeout: 120_000 }, async () => {
    await fc.assert(sameInBothKinds(), { seed, numRuns: 100 });
  });

  test("and the programs are worth it", needing("promise hooks"), () => {
    const seen = summary();
    for (const kind of [
      "a timeout and a foreign request",
      "a group and a foreign request",
      "told: swallowed by a child",
    ]) {
      expect(seen.get(kind), kind).toBeGreaterThan(0);
    }
  });
});
