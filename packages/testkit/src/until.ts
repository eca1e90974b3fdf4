import { setTimeout as pause } from "node:timers/promises";

/** Only so that what hangs is named before the test's own time is over, in milliseconds. */
const LIMIT = 100_000;

/**
 * Waits until a condition holds, of threads and processes. They are real: a test waits for things that must
 * come, however busy the machine.
 */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const end = Date.now() + LIMIT;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`it did not come to this within ${LIMIT} ms: ${what}`);
    await pause(5);
  }
}
