/**
 * What this library asks of objects that may be anything, and what it shows of its own.
 *
 * Whatever a program throws or returns is asked whether it is a cancellation, a future, an error. A proxy, or a getter,
 * may answer by throwing; an exception there would leave a task without an end. So these functions never throw: what does
 * not answer is nothing of ours.
 */

/** Has `console.log` and error messages show the objects of a class as their `toString()`. */
export function inspectAsString(prototype: object): void {
  Object.defineProperty(prototype, Symbol.for("nodejs.util.inspect.custom"), {
    value(this: object): string {
      return this.toString();
    },
  });
}

/**
 * Names the coroutine objects of a class, in reports: `Queue.get`. On the prototype, since there is one object for each call
 * and few are asked.
 */
export function nameCalls<C extends object>(prototype: C, name: string | ((call: C) => string)): void {
  Object.defineProperty(prototype, "name", {
    get(this: C): string {
      return typeof name === "string" ? name : name(this);
    },
  });
}

/** The name of a function, in error messages and reports. */
export function nameOf(fn: { readonly name: unknown }): string {
  try {
    const { name } = fn;
    return typeof name === "string" && name !== "" ? `${name}()` : "a function";
  } catch {
    return "a function";
  }
}

/** As `instanceof`. Not for hot paths, where V8 wants each class to have a place of its own in the code. */
export function isInstance<T>(value: unknown, of: abstract new (...args: never) => T): value is T {
  try {
    return value instanceof of;
  } catch {
    return false;
  }
}

/** Whether an error says that an operation was stopped by its AbortSignal. */
export function isAbortError(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  try {
    return (error as Partial<Error>).name === "AbortError";
  } catch {
    return false;
  }
}
