/** Errors as tests look at them. */
import { isCancelled } from "@asyncio-ts/future";

/** Names an error in a word or two, for records of events. */
export function nameOf(error: unknown): string {
  if (isCancelled(error)) return error.message === "" ? "cancelled" : `cancelled: ${error.message}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
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
