import { type Future, isCancelled } from "@asyncio-ts/future";
import { ExceptionGroup } from "@asyncio-ts/task";

/** The message of an error; for a group the list of those of its errors. */
export type Messages = string | Messages[];

export function messagesOf(error: unknown): Messages {
  if (error instanceof ExceptionGroup) return error.exceptions.map(messagesOf);
  if (isCancelled(error)) return "cancelled";
  return error instanceof Error ? error.message : String(error);
}

/** Returns how a finished future has ended: "returned", "cancelled" or the messages of its error. */
export function endingOf(future: Future<unknown>): Messages {
  if (future.cancelled()) return "cancelled";
  return future.exception() === undefined ? "returned" : messagesOf(future.exception());
}
