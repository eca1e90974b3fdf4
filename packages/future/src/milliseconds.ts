import { describe } from "./describe.js";

/** Throws a TypeError that names the unit, unless `value` is a number. */
export function assertMilliseconds(value: unknown, where: string): void {
  if (typeof value === "number" && !Number.isNaN(value)) return;
  throw new TypeError(`${where}() needs a number of milliseconds, got ${describe(value)}`);
}
