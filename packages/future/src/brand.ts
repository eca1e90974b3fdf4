/**
 * Brands: symbols of the global registry by which one copy of the library recognizes the objects of another.
 *
 * A prototype that has a brand passes it on to all instances, also of subclasses. Looking for one costs
 * more than an `instanceof` that succeeds, so where speed matters the class is tried first.
 */

/** Marks futures, and tasks. Here because `callback.ts`, on which their classes depend, asks for it too. */
export const futureBrand: unique symbol = Symbol.for("asyncio-ts.Future");

const byPrototype = Function.prototype[Symbol.hasInstance];

/** Tells whether `value` has a brand. A proxy that is revoked, or claims to have everything, has none. */
export function hasBrand(value: unknown, brand: symbol): boolean {
  if (typeof value !== "object" || value === null) return false;
  try {
    return (value as Record<symbol, unknown>)[brand] === true;
  } catch {
    return false;
  }
}

/** Marks the instances of a class, given its prototype, with a brand. */
export function brandInstances(prototype: object, brand: symbol): void {
  Object.defineProperty(prototype, brand, { value: true });
}

/**
 * Names a class of errors, and makes `instanceof` look for a brand: `error instanceof TimeoutError` is true
 * for the TimeoutError of any copy. Subclasses inherit the operator; for them it acts as usual.
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
