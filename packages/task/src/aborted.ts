/**
 * The errors that operations throw when one of our signals is aborted. Some libraries throw the signal's
 * reason, some an `AbortError`, some an error of their own class, and some wrap the reason.
 */
import type { CancelledError } from "@asyncio-ts/future";
import { cancellation, isAbortError } from "@asyncio-ts/future/lowlevel";

/** The names of errors of libraries: axios and openai. */
const NAMES: ReadonlySet<unknown> = new Set(["CanceledError", "APIUserAbortError"]);
/** The number of causes that are followed. */
const DEEPEST = 10;

/** Tells whether an operation threw `error` because `signal` was aborted. */
export function isCausedBy(signal: AbortSignal, error: unknown): boolean {
  return isAbortError(error) || hasCause(error, signal.reason) || NAMES.has(memberOf(error, "name"));
}

/**
 * Returns the cancellation that stands for `error`: the reason of the signal, or one whose `cause` is the
 * error, unless that is an `AbortError`, which says no more.
 */
export function becauseOf(reason: CancelledError, error: unknown): CancelledError {
  if (error === reason || isAbortError(error)) return reason;
  // Its cause would be an error of another operation, or the error that it is the cause of.
  const isTaken = reason.cause !== undefined || hasCause(error, reason);
  const cancelled = isTaken ? cancellation(reason.message) : reason;
  cancelled.cause = error;
  return cancelled;
}

function hasCause(error: unknown, cause: unknown): boolean {
  for (let depth = 0; depth < DEEPEST && error !== undefined; depth++) {
    if (error === cause) return true;
    error = memberOf(error, "cause");
  }
  return false;
}

/** Returns a property of an error; undefined if it is no object, or reading that throws. */
function memberOf(error: unknown, name: "name" | "cause"): unknown {
  if (typeof error !== "object" || error === null) return undefined;
  try {
    return (error as Partial<Error>)[name];
  } catch {
    return undefined;
  }
}
