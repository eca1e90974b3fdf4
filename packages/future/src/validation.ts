/**
 * Checks of arguments, with one rule for options everywhere: they are an object, or left out, not null. Only
 * an option's own value may be null (`timeout`: no limit), where its description says so.
 *
 * The stacks of their errors begin with the caller of `from`: the check itself, or the public function.
 */
import { atCallOf, type PublicFunction } from "./caller.js";
import type { ContextLike } from "./contract.js";
import { describe } from "./describe.js";
import { variables } from "./members.js";

/** Throws a TypeError that names the function, unless `options` is an object or left out. */
export function assertOptions(options: unknown, where: string, from: PublicFunction = assertOptions): void {
  if (options === undefined || isRecord(options)) return;
  const message = `${where}() takes its options as an object, such as {}, got ${describe(options)}`;
  throw atCallOf(from, new TypeError(message));
}

/** Throws a TypeError that names the function, unless `value` is a function. */
export function assertFunction(value: unknown, where: string, from: PublicFunction = assertFunction): void {
  if (typeof value === "function") return;
  throw atCallOf(from, new TypeError(`${where}() needs a function, got ${describe(value)}`));
}

/** Returns the option of that name; false if it is left out. Throws a TypeError for wrong options. */
export function readFlag<Name extends string>(
  options: { readonly [K in Name]?: boolean } | undefined,
  name: Name,
  where: string,
  from: PublicFunction = readFlag,
): boolean {
  assertOptions(options, where, from);
  const value: unknown = options?.[name];
  if (value === undefined || typeof value === "boolean") return value === true;
  throw atCallOf(from, new TypeError(`${where}() needs ${name} to be true or false, got ${describe(value)}`));
}

/** Returns the option `context`. Throws a TypeError for wrong options, or one that is not a `Context`. */
export function readContext(
  options: { readonly context?: ContextLike },
  where: string,
  from: PublicFunction = readContext,
): ContextLike | undefined {
  assertOptions(options, where, from);
  const { context } = options;
  if (context === undefined || (isRecord(context) && variables in context)) return context;
  const message = `${where}() needs a context that is a Context, such as copyContext(), got ${describe(context)}`;
  throw atCallOf(from, new TypeError(message));
}

/** Tells whether calling `fn` returns a promise or an async generator, as far as its kind tells. */
export function isAsyncFunction(fn: unknown): boolean {
  return /^\[object Async(?:Generator)?Function\]$/.test(Object.prototype.toString.call(fn));
}

/** Tells whether `value` is an object with these methods. */
export function hasMethods(value: unknown, ...names: readonly string[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  try {
    return names.every((name) => typeof (value as Record<string, unknown>)[name] === "function");
  } catch {
    return false;
  }
}

function isRecord(value: unknown): boolean {
  try {
    // Throws for a revoked proxy.
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** Throws a TypeError that names the unit, unless `value` is a number. */
export function assertMilliseconds(
  value: unknown,
  where: string,
  from: PublicFunction = assertMilliseconds,
): void {
  if (typeof value === "number" && !Number.isNaN(value)) return;
  throw atCallOf(from, new TypeError(`${where}() needs a number of milliseconds, got ${describe(value)}`));
}

/** Throws a TypeError unless `message`, of a cancellation, is a string or left out. */
export function assertMessage(message: unknown, from: PublicFunction = assertMessage): void {
  if (message === undefined || typeof message === "string") return;
  throw atCallOf(
    from,
    new TypeError(
      `cancel() needs a string as its message, or none, got ${describe(message)}; write cancel(String(reason))`,
    ),
  );
}
