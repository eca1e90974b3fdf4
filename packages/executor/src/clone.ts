/**
 * Clones for other threads and processes: the form that V8 gives them, and the search for the part of a value
 * that can't be cloned. The search runs only after sending has failed, because it clones the parts one by
 * one.
 */
import type { SentVariables } from "./received.js";
import { builtin, isBun } from "./runtime.js";

/** Bun has no `Serializer`, so its own clone is used there. */
export const hasSerializer: boolean = !isBun;

/** Clones a value as a transfer to another process does. */
export function cloneForProcess(value: unknown): unknown {
  if (hasSerializer) return fromBytes(toBytes(value));
  refuseShared(value);
  const { deserialize, serialize } = builtin("node:v8");
  return deserialize(serialize(value));
}

/** Writes a value in the format of V8. */
export function toBytes(value: unknown): Uint8Array {
  const serializer = new (builtin("node:v8").Serializer)();
  serializer.writeHeader();
  serializer.writeValue(value);
  return serializer.releaseBuffer();
}

/** Reads what `toBytes` has written. */
export function fromBytes(bytes: Uint8Array): unknown {
  const deserializer = new (builtin("node:v8").Deserializer)(bytes);
  deserializer.readHeader();
  return deserializer.readValue();
}

/**
 * Throws if a value holds shared memory, which Bun would silently copy to another process. The error is that of
 * V8's `Serializer`.
 */
export function refuseShared(value: unknown): void {
  const objects = new Set<object>();
  const add = (part: unknown): void => {
    if (typeof part === "object" && part !== null) objects.add(part);
  };
  add(value);
  // The set grows while it is walked: each is looked at once, and nothing recurses.
  for (const object of objects) {
    const isView = ArrayBuffer.isView(object);
    if ((isView ? object.buffer : object) instanceof SharedArrayBuffer) {
      throw new Error("#<SharedArrayBuffer> could not be cloned.");
    }
    if (isView) continue;
    if (object instanceof Map) for (const key of object.keys()) add(key);
    const parts = object instanceof Map || object instanceof Set ? object.values() : Object.values(object);
    for (const part of parts) add(part);
  }
}

/** Returns why a value can't be cloned, or undefined if it can. */
export type CloneCheck = (value: unknown) => Error | undefined;

/** Checks values for another thread. */
export const threadCloneCheck: CloneCheck = (value) => failureOf(() => structuredClone(value));

/** Checks values for another process. */
export const processCloneCheck: CloneCheck = (value) => failureOf(() => cloneForProcess(value));

function failureOf(clone: () => unknown): Error | undefined {
  try {
    clone();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/** Depth limit of the search. A failure below it is attributed to the part at the limit. */
const DEEPEST = 100;

/**
 * Describes the part of a value that can't be cloned: `options.done is a function`. Returns undefined if it
 * finds none. Never throws, even if getters of the value do.
 *
 * @param moved objects that are moved, and so need not be cloned
 */
export function findUnclonable(
  value: unknown,
  check: CloneCheck,
  moved: readonly object[] = [],
): string | undefined {
  const seen = new Set<unknown>(moved);

  function search(part: unknown, path: string, depth: number): string | undefined {
    if (part instanceof Unreadable) return `${path || "it"} can't be read: ${part.reason}`;
    if (typeof part === "function" || typeof part === "symbol") return `${path || "it"} is a ${typeof part}`;
    if (typeof part !== "object" || part === null || seen.has(part)) return undefined;
    seen.add(part);
    const inner = depth < DEEPEST ? partsOf(part) : [];
    for (const [step, value] of inner) {
      const found = search(value, path === "" ? step.replace(/^\./, "") : path + step, depth + 1);
      if (found !== undefined) return found;
    }
    // A container of moved objects can't be cloned by itself, without the list of those objects.
    if (moved.length > 0 && inner.length > 0) return undefined;
    if (ArrayBuffer.isView(part) && seen.has(part.buffer)) return undefined;
    const failure = check(part);
    return failure && `${path || "it"} can't be cloned: ${failure.message.replace(/\.$/, "")}`;
  }

  try {
    return search(value, "", 0);
  } catch (error) {
    return search(new Unreadable(error), "", 0);
  }
}

/**
 * Describes the first argument, or context variable that goes with them, that can't be cloned:
 * `argument 2 of lookup() can't be sent to a thread: options.done is a function`. Returns undefined if it finds
 * none.
 *
 * @param call names the call and where the arguments go: `lookup() can't be sent to a thread`
 */
export function explainArguments(
  call: string,
  args: readonly unknown[],
  check: CloneCheck,
  moved: readonly object[],
  variables: SentVariables = [],
): string | undefined {
  for (const [i, arg] of args.entries()) {
    const reason = findUnclonable(arg, check, moved);
    if (reason !== undefined) return `argument ${i + 1} of ${call}: ${reason}`;
  }
  for (const [variable, value] of variables) {
    const reason = findUnclonable(value, check);
    if (reason === undefined) continue;
    const what = `the value of ContextVar '${variable}', which goes with the arguments of ${call}`;
    return `${what}: ${reason}; make the variable without { transfer: true }, or set it to what can be cloned`;
  }
  return undefined;
}

/** Placeholder for a value that a getter or a proxy refused to return. */
class Unreadable {
  readonly reason: string;

  constructor(error: unknown) {
    this.reason = error instanceof Error ? `${error.name}: ${error.message}` : typeof error;
  }
}

/** Reads a property; returns an `Unreadable` if that throws. */
function read(value: object, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key];
  } catch (error) {
    return new Unreadable(error);
  }
}

function partsOf(value: object): [step: string, part: unknown][] {
  if (Array.isArray(value)) return value.map((part, i) => [`[${i}]`, part]);
  if (value instanceof Set) return Array.from(value, (part) => [".values()", part]);
  if (value instanceof Map) {
    return Array.from(value).flatMap(([key, part]) => [
      [".keys()", key],
      [".values()", part],
    ]);
  }
  if (ArrayBuffer.isView(value)) return [];
  return Object.keys(value).map((key) => [
    /^[\w$]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`,
    read(value, key),
  ]);
}
