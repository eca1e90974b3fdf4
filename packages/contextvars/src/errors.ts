import { nameError } from "@asyncio-ts/future/lowlevel";

/**
 * Thrown by `ContextVar.get()` if the variable has no value, no default and no fallback. Python: `LookupError`.
 *
 * @example
 * ```ts
 * import { ContextVar, LookupError } from "@asyncio-ts/contextvars";
 *
 * const user = new ContextVar<string>("user");
 * try {
 *   user.get();
 * } catch (error) {
 *   console.log(error instanceof LookupError);
 * }
 * // prints: true
 * ```
 */
export class LookupError extends Error {
  static {
    nameError(this, "LookupError");
  }
}
