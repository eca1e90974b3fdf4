/** Checks of options that the executor and the worker share. */
import { describe } from "@asyncio-ts/future/lowlevel";

/** Throws a TypeError unless the option is the name of a queue. */
export function assertQueue(queue: unknown, where: string): asserts queue is string {
  if (typeof queue === "string" && queue !== "" && !queue.includes(":")) return;
  throw new TypeError(`${where}() needs the name of a queue without colons, got ${describe(queue)}`);
}

/** The longest time that a timer can take, in milliseconds: 24 days. */
export const LONGEST_TIMER: number = 2 ** 31 - 1;

/** Throws a TypeError unless the option is a prefix of keys. */
export function assertPrefix(prefix: unknown, where: string): asserts prefix is string {
  if (typeof prefix === "string" && prefix !== "") return;
  throw new TypeError(`${where}() needs a prefix that is not empty, got ${describe(prefix)}`);
}

/** Returns an option that is a finite number; throws a RangeError unless it is from `least` to `most`. */
export function numberFrom(
  least: number,
  name: string,
  value: number,
  isWhole: boolean = false,
  most: number = Infinity,
): number {
  const isNumber = typeof value === "number" && (isWhole ? Number.isInteger(value) : Number.isFinite(value));
  if (isNumber && value >= least && value <= most) return value;
  const kind = isWhole ? "whole number" : most === Infinity ? "finite number" : "number";
  const range = most === Infinity ? `from ${least}` : `from ${least} to ${most}`;
  throw new RangeError(`${name} must be a ${kind} ${range}, got ${describe(value)}`);
}
