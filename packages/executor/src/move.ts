import { describe } from "@asyncio-ts/future/lowlevel";
import { shared } from "./shared.js";

/**
 * Marks a value to be moved to the other thread instead of being copied, and returns the value. Use it for an
 * argument or for the result of a job. Moving takes no time, whatever the size of the value. Afterwards the
 * sender can't use it. For a typed array, the whole underlying buffer is moved.
 *
 * An argument is moved when a worker takes the job. Between processes everything is copied, and the original
 * remains usable.
 *
 * @param transfer the objects to move, if they are only parts of the value: buffers, message ports, streams
 * @throws TypeError if the value is not an object
 *
 * @example
 * ```ts
 * import { move, ThreadPoolExecutor } from "@asyncio-ts/executor";
 * import type * as Work from "./work.js"; // export function sum(numbers: Float64Array): number
 *
 * await using pool = new ThreadPoolExecutor<typeof Work>(new URL("./work.js", import.meta.url));
 * const numbers = new Float64Array(1_000_000).fill(0.5);
 * console.log(await pool.submit("sum", move(numbers)), numbers.length);
 * // prints: 500000 0
 * ```
 */
export function move<T extends object>(value: T, transfer?: readonly object[]): T {
  if (typeof value !== "object" || value === null) {
    throw new TypeError(
      `move() needs an object that holds memory, got ${value === null ? "null" : `a ${typeof value}`}`,
    );
  }
  if (transfer !== undefined && !Array.isArray(transfer)) {
    throw new TypeError(`move() needs an array of objects to move, got ${describe(transfer)}`);
  }
  shared.moved ??= new WeakMap();
  shared.moved.set(value, transfer ?? [ArrayBuffer.isView(value) ? value.buffer : value]);
  return value;
}

/** Tells whether this memory was moved already. */
export function isGone(object: object): boolean {
  if (!(object instanceof ArrayBuffer) || object.byteLength > 0) return false;
  try {
    return new Uint8Array(object).length > 0;
  } catch {
    return true;
  }
}

const nothing: readonly object[] = [];

/** Returns the objects to move with these values, and forgets them: a value is moved once. */
export function takeMoved(values: readonly unknown[]): readonly object[] {
  const { moved } = shared;
  if (moved === undefined) return nothing;
  const all = new Set<object>();
  for (const value of values) {
    if (typeof value !== "object" || value === null) continue;
    for (const object of moved.get(value) ?? nothing) all.add(object);
    moved.delete(value);
  }
  return [...all];
}
