import { it } from "vitest";
import { compareRandomPrograms, numberFrom, python, reason } from "../test/support/random-programs.js";

it.skipIf(python === null)(`random programs have the trace of asyncio${reason}`, { timeout: 0 }, async () => {
  const minutes = numberFrom("SOAK_MINUTES");
  await compareRandomPrograms({
    programs: numberFrom("SOAK_PROGRAMS") ?? (minutes === undefined ? 10_000 : 1_000_000),
    seed: numberFrom("SOAK_SEED"),
    minutes,
  });
});
