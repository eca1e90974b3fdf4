/** Errors as tests look at them. */
import { isCancelled } from "@asyncio-ts/future";

/**
 * Names an error in a word or two, for records of events. Without the task that its message ends with: tasks
 * are numbered through all tests of a file.
 */
export function nameOf(error: unknown): string {
  if (isCancelled(error)) return error.message === "" ? "cancelled" : `cancelled: ${error.message}`;
  if (!(error instanceof Error)) return String(error);
  return `${error.name}: ${error.message.replace(/ in Task '[^']*'(?: \(\w+\))?$/, "")}`;
}

/** Returns what a promise is rejected with. */
export async function rejectionOf(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("nothing was rejected");
}
