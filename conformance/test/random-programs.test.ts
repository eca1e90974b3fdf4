import { it } from "vitest";
import { compareRandomPrograms, numberFrom, python, reason } from "./support/random-programs.js";

/** Few enough to be fast; `pnpm soak` runs many more. */
const PROGRAMS = 300;

it.skipIf(python === null)(
  `random programs have the trace of asyncio${reason}`,
  { timeout: 120_000 },
  async () => {
    await compareRandomPrograms({
      programs: numberFrom("SOAK_PROGRAMS") ?? PROGRAMS,
      seed: numberFrom("SOAK_SEED"),
    });
  },
);
