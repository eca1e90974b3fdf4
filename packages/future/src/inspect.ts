/** Has `console.log` and error messages show the objects of a class as their `toString()`. */
export function inspectAsString(prototype: object): void {
  Object.defineProperty(prototype, Symbol.for("nodejs.util.inspect.custom"), {
    value(this: object): string {
      return this.toString();
    },
  });
}
