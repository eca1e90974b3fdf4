/**
 * Envelope: the form of messages between processes.
 *
 * Node can clone messages itself (`serialization: "advanced"`), but differs from `structuredClone`: it
 * silently copies the shared memory of a typed array, a typed array arrives as a view of a larger buffer, and
 * a message that can't be deserialized raises an error in the receiving process that no code can catch. So a
 * message of more than a few plain values is sent as bytes, which this module writes and reads. That takes a
 * few microseconds more.
 *
 * Bun has only a clone of its own, which copies shared memory too. So there it is looked for.
 *
 * In Deno every message is sent as bytes: its `send` finds out only later that something can't be cloned, does
 * not throw, and breaks the channel.
 */
import type { FromWorker, ToWorker } from "./messages.js";
import { fromBytes, hasSerializer, refuseShared, toBytes } from "./clone.js";
import { isDeno } from "./runtime.js";

interface Envelope {
  readonly envelope: Uint8Array;
}

/** @throws Error if something in the message can't be cloned */
export function enclose(message: ToWorker | FromWorker): ToWorker | FromWorker | Envelope {
  if (!hasSerializer) {
    refuseShared(message);
    return message;
  }
  return !isDeno && isPlain(message) ? message : { envelope: toBytes(message) };
}

/** @throws Error if the message can't be read */
export function open(received: unknown): unknown {
  const { envelope } = (received ?? {}) as Partial<Envelope>;
  return envelope instanceof Uint8Array ? fromBytes(envelope) : received;
}

/** Tells whether Node's own clone preserves the message. */
function isPlain(message: ToWorker | FromWorker): boolean {
  if ("error" in message || "variables" in message) return false;
  const content = "args" in message ? message.args : "value" in message ? message.value : undefined;
  return countPlain(content, MANY) >= 0;
}

/** Largest number of values to inspect. For fewer, inspecting is faster than writing bytes. */
const MANY = 50;

/**
 * Subtracts the number of values in `value` from `most`. The result is negative if there are more, or if one
 * of them is not plain.
 */
function countPlain(value: unknown, most: number): number {
  // Functions and symbols count as plain here: cloning them fails later.
  if (typeof value !== "object" || value === null) return most - 1;
  let left = most - 1;
  if (left < 0) return -1;
  if (Array.isArray(value)) {
    if (value.length > left) return -1;
    for (const part of value) if ((left = countPlain(part, left)) < 0) return -1;
    return left;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return -1;
  for (const key of Object.keys(value)) {
    if ((left = countPlain((value as Record<string, unknown>)[key], left)) < 0) return -1;
  }
  return left;
}
