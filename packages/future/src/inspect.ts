/** Has `console.log` and error messages show the objects of a class as their `toString()`. */
export function inspectAsString(prototype: object): void {
  Object.defineProperty(prototype, Symbol.for("nodejs.util.inspect.custom"), {
    value(this: object): string {
      return this.toString();
    },
  });
}

/** The name of a function, in error messages and reports. */
export function nameOf(fn: { readonly name: string }): string {
  return fn.name === "" ? "a function" : `${fn.name}()`;
}
