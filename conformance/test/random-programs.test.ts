import { expect, it } from "vitest";
import { fuzz } from "../programs/fuzz.js";
import { findPython } from "./support/python.js";

/** Few enough to be fast; `pnpm soak` runs many more. */
const PROGRAMS = Number(process.env["SOAK_PROGRAMS"] ?? 300);

const python = await findPython();
const reason = python === null ? " (skipped: found no Python 3.13 or later; set ASYNCIO_TS_PYTHON)" : "";

it.skipIf(python === null)(`random programs have the trace of asyncio${reason}`, { timeout: 120_000 }, async () => {
  const seed = Number(process.env["SOAK_SEED"] ?? Date.now() % 2 ** 31);
  console.log(`${PROGRAMS} random programs from seed ${seed}; repeat them with SOAK_SEED=${seed}`);
  const { statistics, failure } = await fuzz({ python: python as string, seed, programs: PROGRAMS });
  console.log(String(statistics));
  expect(failure).toBeUndefined();
});
