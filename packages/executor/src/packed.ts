/**
 * Packed: what was thrown, on its way between threads or processes.
 *
 * The structured clone of an error loses the names of classes that are not built in and properties such as `code`, and
 * does not exist between processes under every serialization. So errors travel as plain data: the built-in class that
 * they are of, or descend from, and what can be cloned of their own. Chains of `cause` and the errors of an
 * AggregateError come along; one that stands in the chain a second time is left out.
 */
import { inspect } from "node:util";
import { isNativeError } from "node:util/types";
import type { CloneCheck } from "./clone.js";

type Base =
  | "Error"
  | "TypeError"
  | "RangeError"
  | "SyntaxError"
  | "ReferenceError"
  | "EvalError"
  | "URIError";

const classes: Readonly<Record<Base, ErrorConstructor>> = {
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
};

/** Something thrown: an error, or any other value. */
export type Packed = { readonly error: PackedError } | { readonly value: unknown };

interface PackedError {
  /** The nearest built-in class. */
  readonly base: Base | "AggregateError" | "DOMException";
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly cause?: Packed;
  readonly errors?: readonly Packed[];
  /** Own properties, such as `code`. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Packs what was thrown; of its properties those that can be cloned. */
export function pack(thrown: unknown, check: CloneCheck): Packed {
  return packWithout(thrown, check, new Set());
}

function packWithout(thrown: unknown, check: CloneCheck, seen: Set<unknown>): Packed {
  if (!isError(thrown)) {
    const failure = check(thrown);
    if (failure === undefined) return { value: thrown };
    const error = new TypeError(`something that can't be sent was thrown: ${inspect(thrown)}`, {
      cause: failure,
    });
    return packWithout(error, check, seen);
  }
  seen.add(thrown);
  const properties: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(thrown)) {
    if (!ownParts.has(key) && check(value) === undefined) properties[key] = value;
  }
  const inner = (part: unknown): Packed => packWithout(part, check, seen);
  return {
    error: {
      base: baseOf(thrown),
      name: String(thrown.name),
      message: String(thrown.message),
      stack: typeof thrown.stack === "string" ? thrown.stack : undefined,
      properties,
      ...("cause" in thrown && !seen.has(thrown.cause) && { cause: inner(thrown.cause) }),
      ...(thrown instanceof AggregateError && {
        errors: thrown.errors.filter((error) => !seen.has(error)).map(inner),
      }),
    },
  };
}

const ownParts: ReadonlySet<string> = new Set(["name", "message", "stack", "cause", "errors"]);

/** What was packed. An error is of the built-in class, with the name, message and stack that it had. */
export function unpack(packed: Packed): unknown {
  if ("value" in packed) return packed.value;
  const { base, name, message, stack, cause, errors = [], properties } = packed.error;
  const error = make(base, name, message, errors.map(unpack));
  Object.assign(error, properties);
  if (error.name !== name) define(error, "name", name);
  define(error, "stack", stack);
  if (cause !== undefined) define(error, "cause", unpack(cause));
  return error;
}

function make(base: PackedError["base"], name: string, message: string, errors: unknown[]): Error {
  if (base === "DOMException") return new DOMException(message, name);
  return base === "AggregateError" ? new AggregateError(errors, message) : new classes[base](message);
}

function define(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, configurable: true, writable: true });
}

function isError(value: unknown): value is Error {
  return value instanceof Error || isNativeError(value);
}

function baseOf(error: Error): PackedError["base"] {
  if (error instanceof DOMException) return "DOMException";
  if (error instanceof AggregateError) return "AggregateError";
  let found: Base = "Error";
  for (const base of Object.keys(classes) as Base[]) if (error instanceof classes[base]) found = base;
  return found;
}
