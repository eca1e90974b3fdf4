/**
 * Envelope: how messages travel between processes.
 *
 * Node would clone them by itself (`serialization: "advanced"`), but not as `structuredClone` does: shared memory under
 * an array of numbers is copied in silence, such an array arrives as a window on a larger buffer, and a message that can't
 * be read on arrival is an error that nobody can catch, in the process that receives it. So what has more in it than a
 * few plain values goes as bytes, which are made and read here; that takes some microseconds more.
 */
import { deserialize, Deserializer, serialize, Serializer } from "node:v8";
import type { FromWorker, ToWorker } from "./messages.js";

interface Envelope {
  readonly envelope: Uint8Array;
}

/** Bun has no `Serializer`; its own clone has to do. */
const hasSerializer = !("bun" in process.versions);

/** @throws Error if something in the message can't be cloned */
export function enclose(message: ToWorker | FromWorker): ToWorker | FromWorker | Envelope {
  return !hasSerializer || isPlain(message) ? message : { envelope: toBytes(message) };
}

/** @throws Error if the message can't be read */
export function open(received: unknown): unknown {
  const { envelope } = (received ?? {}) as Partial<Envelope>;
  return envelope instanceof Uint8Array ? fromBytes(envelope) : received;
}

/** A clone, as the other process gets it. */
export function cloneForProcess(value: unknown): unknown {
  return hasSerializer ? fromBytes(toBytes(value)) : deserialize(serialize(value));
}

function toBytes(value: unknown): Uint8Array {
  const serializer = new Serializer();
  serializer.writeHeader();
  serializer.writeValue(value);
  return serializer.releaseBuffer();
}

function fromBytes(bytes: Uint8Array): unknown {
  const deserializer = new Deserializer(bytes);
  deserializer.readHeader();
  return deserializer.readValue();
}

/** Whether Node's own clone does the message no harm. */
function isPlain(message: ToWorker | FromWorker): boolean {
  switch (message.type) {
    case "run":
      return countPlain(message.args, MANY) >= 0;
    case "value":
    case "progress":
      return countPlain(message.value, MANY) >= 0;
    case "ready":
    case "close":
    case "child":
      return true;
    default:
      return false;
  }
}

/** What is small is looked at, which is faster than the bytes. */
const MANY = 50;

/** What is left of `most` values, less those that `value` consists of; negative if they are more, or not all plain. */
function countPlain(value: unknown, most: number): number {
  // Functions and symbols are told apart when they are cloned.
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
