/**
 * What can be sent to another thread or process, and what exactly can't. Only looked at once sending has failed: the
 * search clones the parts of the value one by one.
 */
import { cloneForProcess } from "./envelope.js";

/** Says why a value can't be cloned; undefined if it can. */
export type CloneCheck = (value: unknown) => Error | undefined;

/** For values that are to go to another thread. */
export const threadCloneCheck: CloneCheck = (value) => failureOf(() => structuredClone(value));

/** For values that are to go to another process. */
export const processCloneCheck: CloneCheck = (value) => failureOf(() => cloneForProcess(value));

function failureOf(clone: () => unknown): Error | undefined {
  try {
    clone();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/** How deep the search goes; what is found no deeper is said of the part there. */
const DEEPEST = 100;

/**
 * What in a value can't be cloned, in words: `options.done is a function`. Undefined if nothing is found. Never throws,
 * whatever the getters of the value do.
 *
 * @param moved what is moved, and so need not be cloned
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
    // By itself, without the list of what is moved, a container of something moved can't be cloned.
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

/** Stands for what a getter, or a proxy, does not give. */
class Unreadable {
  readonly reason: string;

  constructor(error: unknown) {
    this.reason = error instanceof Error ? `${error.name}: ${error.message}` : typeof error;
  }
}

/** A property. */
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
