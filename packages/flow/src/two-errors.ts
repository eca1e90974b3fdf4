import { isCancelled } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";

/**
 * Returns the one of two errors to throw: the first, unless the second is a cancellation. Reports the other to
 * the exception handler of the loop with `message`, unless that is a cancellation.
 */
export function oneOfTwo(first: unknown, second: unknown, message: string): unknown {
  const [thrown, exception] = isCancelled(second) ? [second, first] : [first, second];
  if (!isCancelled(exception)) getRunningLoop().callExceptionHandler({ message, exception });
  return thrown;
}
