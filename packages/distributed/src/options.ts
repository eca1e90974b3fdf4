/** Checks of options that the executor and the worker share. */
import { describe } from "@asyncio-ts/future/lowlevel";

/** Throws a TypeError unless the option is the name of a queue. */
export function assertQueue(queue: unknown, where: string): asserts queue is string {
  if (typeof queue === "string" && queue !== "" && !queue.includes(":")) return;
  throw new TypeError(`${where}() needs the name of a queue without colons, got ${describe(queue)}`);
}

/** Returns an option that is a number; throws a RangeError unless it is at least `least`. */
export function numberFrom(least: number, name: string, value: number, isWhole: boolean = false): number {
  if (typeof value === "number" && value >= least && (!isWhole || Number.isInteger(value))) return value;
  throw new RangeError(
    `${name} must be a ${isWhole ? "whole number" : "number"} from ${least}, got ${describe(value)}`,
  );
}
