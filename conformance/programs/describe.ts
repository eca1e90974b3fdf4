/** Names for values and errors that are equal in Python and TypeScript. */
import { InvalidStateError, isCancelled } from "@asyncio-ts/future";
import { BrokenBarrierError, QueueEmpty, QueueFull, QueueShutDown } from "@asyncio-ts/sync";
import { ExceptionGroup, TimeoutError } from "@asyncio-ts/task";

/** The error that a statement of a program throws, or gives a future. */
export class ProgramError extends Error {}

const CLASSES = [
  TimeoutError,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  BrokenBarrierError,
  InvalidStateError,
] as const;

/**
 * A value, or an error. Errors of misuse, of which Python makes another choice of classes, are all "Error".
 */
export function describeValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(describeValue).join(",")}]`;
  if (value instanceof ExceptionGroup) return `Group${describeValue(value.exceptions)}`;
  if (isCancelled(value)) return `Cancelled(${value.message})`;
  if (value instanceof ProgramError) return value.message;
  if (value instanceof Error) {
    const known = CLASSES.find((one) => value instanceof one);
    if (known !== undefined) return known.name;
    // A TypeError may come from a mistake in the library itself.
    return value.constructor === Error || value instanceof RangeError ? "Error" : String(value.stack);
  }
  if (value === null || value === undefined) return "none";
  return String(value);
}
