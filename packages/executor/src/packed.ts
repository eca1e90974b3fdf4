/**
 * Packed: a thrown value in the form that is sent between threads or processes.
 *
 * The structured clone of an error loses the names of classes that are not built in, and properties such as
 * `code`, and not every serialization between processes supports errors. So errors are sent as plain data:
 * the nearest built-in class, a `code`, and those own properties that can be cloned. Chains of `cause` and the
 * errors of an AggregateError are included, down to a depth of a hundred; an error that occurs again in the
 * chain is left out.
 *
 * Any value can be thrown. A part of an error that can't be read, because a getter throws, is left out:
 * reporting an error must not end the worker.
 */
import type { CloneCheck } from "./clone.js";
import { builtin } from "./runtime.js";

type Classes = Readonly<Record<string, ErrorConstructor>>;
const classes: Classes = { Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError };

/** A thrown value: an error or anything else. */
export type Packed = { readonly error: PackedError } | { readonly value: unknown };

interface PackedError {
  /** The nearest built-in class: one of `classes`, AggregateError or DOMException. */
  readonly base: string;
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly cause?: Packed;
  readonly errors?: readonly Packed[];
  /** The own properties, and `code`. */
  readonly properties: readonly (readonly [key: string, value: unknown])[];
}

const DEEPEST = 100;

/** Packs a thrown value, with the properties that can be cloned. */
export function pack(thrown: unknown, check: CloneCheck): Packed {
  return packInner(thrown, check, new Set(), 0);
}

function packInner(thrown: unknown, check: CloneCheck, seen: Set<unknown>, depth: number): Packed {
  try {
    return isError(thrown) ? packError(thrown, check, seen, depth) : packValue(thrown, check, seen, depth);
  } catch {
    // For instance, a proxy whose type can't be read.
    const error = new TypeError("a value that can't be read was thrown");
    return packError(error, check, seen, depth);
  }
}

function packValue(thrown: unknown, check: CloneCheck, seen: Set<unknown>, depth: number): Packed {
  const failure = check(thrown);
  if (failure === undefined) return { value: thrown };
  const message = `a value that can't be sent was thrown: ${builtin("node:util").inspect(thrown)}`;
  return packError(new TypeError(message, { cause: failure }), check, seen, depth);
}

function packError(thrown: Error, check: CloneCheck, seen: Set<unknown>, depth: number): Packed {
  seen.add(thrown);
  const properties: [string, unknown][] = [];
  for (const key of Object.keys(thrown)) {
    const value = ownParts.has(key) ? unreadable : read(thrown, key);
    if (value !== unreadable && check(value) === undefined) properties.push([key, value]);
  }
  // Bun's errors of modules that it can't load inherit theirs.
  const code = Object.hasOwn(thrown, "code") ? undefined : read(thrown, "code");
  if (typeof code === "string") properties.push(["code", code]);
  const stack = read(thrown, "stack");
  const cause = "cause" in thrown ? read(thrown, "cause") : unreadable;
  const errors = thrown instanceof AggregateError ? read(thrown, "errors") : undefined;
  const goesAlong = (part: unknown): boolean => depth < DEEPEST && part !== unreadable && !seen.has(part);
  const inner = (part: unknown): Packed => packInner(part, check, seen, depth + 1);
  return {
    error: {
      base: baseOf(thrown),
      name: readText(thrown, "name"),
      message: readText(thrown, "message"),
      stack: typeof stack === "string" ? stack : undefined,
      properties,
      ...(goesAlong(cause) && { cause: inner(cause) }),
      ...(Array.isArray(errors) && { errors: errors.filter(goesAlong).map(inner) }),
    },
  };
}

const unreadable = Symbol("unreadable");

function read(error: Error, key: string): unknown {
  try {
    return error[key as keyof Error];
  } catch {
    return unreadable;
  }
}

function readText(error: Error, key: string): string {
  const value = read(error, key);
  if (typeof value === "string") return value;
  try {
    return value === unreadable ? "" : String(value);
  } catch {
    return "";
  }
}

const ownParts: ReadonlySet<string> = new Set(["name", "message", "stack", "cause", "errors"]);

/** Restores a packed value. An error has its built-in class, and its original name, message and stack. */
export function unpack(packed: Packed): unknown {
  if ("value" in packed) return packed.value;
  const { base, name, message, stack, cause, errors = [], properties } = packed.error;
  const error = make(base, name, message, errors.map(unpack));
  for (const [key, value] of properties) define(error, key, value, true);
  if (error.name !== name) define(error, "name", name);
  define(error, "stack", stack);
  if (cause !== undefined) define(error, "cause", unpack(cause));
  return error;
}

function make(base: string, name: string, message: string, errors: unknown[]): Error {
  if (base === "DOMException") return new DOMException(message, name);
  return base === "AggregateError"
    ? new AggregateError(errors, message)
    : new (classes[base] ?? Error)(message);
}

function define(error: Error, key: string, value: unknown, enumerable = false): void {
  Object.defineProperty(error, key, { value, configurable: true, enumerable, writable: true });
}

function isError(value: unknown): value is Error {
  return value instanceof Error || builtin("node:util").types.isNativeError(value);
}

function baseOf(error: Error): string {
  if (error instanceof DOMException) return "DOMException";
  if (error instanceof AggregateError) return "AggregateError";
  let found = "Error";
  for (const [base, builtIn] of Object.entries(classes)) if (error instanceof builtIn) found = base;
  return found;
}
