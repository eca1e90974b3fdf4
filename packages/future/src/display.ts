/**
 * Questions that this library asks of objects that may be anything, and the text that it shows of its own.
 *
 * Whatever a program throws or returns is asked whether it is a cancellation, a future, an error. A proxy or
 * a getter may answer by throwing, which would leave a task without an end. So these functions never throw:
 * an object that does not answer is none of ours.
 */

/** Makes `console.log` and error messages show the objects of a class as their `toString()`. */
export function inspectAsString(prototype: object): void {
  Object.defineProperty(prototype, Symbol.for("nodejs.util.inspect.custom"), {
    value(this: object): string {
      return this.toString();
    },
  });
}

/**
 * Names the coroutine objects of a class in reports, as in `Queue.get`. The name is on the prototype, since
 * each call makes an object and few are asked for it.
 */
export function nameCalls<C extends object>(prototype: C, name: string | ((call: C) => string)): void {
  Object.defineProperty(prototype, "name", {
    get(this: C): string {
      return typeof name === "string" ? name : name(this);
    },
  });
}

/** Returns the name of a function, for error messages and reports. */
export function nameOf(fn: { readonly name: unknown }): string {
  try {
    const { name } = fn;
    return typeof name === "string" && name !== "" ? `${name}()` : "a function";
  } catch {
    return "a function";
  }
}

/** Does what `instanceof` does, but never throws. Too slow for hot paths: all classes share one call site. */
export function isInstance<T>(value: unknown, of: abstract new (...args: never) => T): value is T {
  try {
    return value instanceof of;
  } catch {
    return false;
  }
}

/** Tells whether an error says that an operation was stopped by its AbortSignal. */
export function isAbortError(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  try {
    return (error as Partial<Error>).name === "AbortError";
  } catch {
    return false;
  }
}
