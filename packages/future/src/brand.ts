/**
 * Brands: symbols of the global registry by which one copy of the library knows the objects of another.
 *
 * A prototype that carries a brand gives it to all instances, those of subclasses too. Looking for one costs more than an
 * `instanceof` that succeeds, so where speed matters the class is tried first.
 */

const byPrototype = Function.prototype[Symbol.hasInstance];

/** Whether `value` is an object that carries the brand. */
export function hasBrand(value: unknown, brand: symbol): boolean {
  return typeof value === "object" && value !== null && brand in value;
}

/** Marks the instances of a class, given its prototype, with a brand. */
export function brandInstances(prototype: object, brand: symbol): void {
  Object.defineProperty(prototype, brand, { value: true });
}

/**
 * Names a class of errors, and makes `instanceof` look for a brand: `error instanceof TimeoutError` is true for the
 * TimeoutError of any copy of the library. Subclasses inherit the operator, so for them it must act as usual.
 */
export function nameError(errors: abstract new (...args: never) => Error, name: string): void {
  const brand = Symbol.for(`asyncio-ts.${name}`);
  errors.prototype.name = name;
  brandInstances(errors.prototype, brand);
  Object.defineProperty(errors, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      return this === errors ? hasBrand(value, brand) : byPrototype.call(this as never, value);
    },
  });
}
