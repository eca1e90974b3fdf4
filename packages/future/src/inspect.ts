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
export function nameOf(fn: { readonly name: string }): string {
  return fn.name === "" ? "a function" : `${fn.name}()`;
}
