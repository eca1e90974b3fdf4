import { fuzz } from "../../programs/fuzz.js";
import { findPython } from "@asyncio-ts/testkit/python";

/**
 * The Python to compare with, 3.13, since `reference.py` changes the inside of its tasks; null if there is
 * none.
 */
export const python: string | null = await findPython(13);

/** Stands in the title of a test that is skipped for want of it. */
export const reason: string =
  python === null ? " (skipped: found no Python 3.13; set ASYNCIO_TS_PYTHON)" : "";

export interface RandomPrograms {
  /** The number of programs. */
  readonly programs: number;
  /** Where their sequence begins. Default: anywhere. */
  readonly seed?: number | undefined;
  /** Ends after so many minutes. Default: no limit. */
  readonly minutes?: number | undefined;
}

/**
 * Runs random programs, and prints the seed, and at the end what they covered.
 *
 * @throws Error with the smallest program that fails, both traces around the first difference, and the seed.
 */
export async function compareRandomPrograms(options: RandomPrograms): Promise<void> {
  const { programs, minutes, seed = Date.now() % 2 ** 31 } = options;
  const limit = minutes === undefined ? "" : `, for ${minutes} minutes at most`;
  console.log(`${programs} random programs from seed ${seed}${limit}; repeat them with SOAK_SEED=${seed}`);
  const { statistics, failure } = await fuzz({ ...options, python: python as string, seed });
  console.log(`seed ${seed}: ${statistics}`);
  if (failure !== undefined) throw new Error(failure);
}

/** A number from the environment. */
export function numberFrom(variable: string): number | undefined {
  const value = process.env[variable];
  return value === undefined || value === "" ? undefined : Number(value);
}
