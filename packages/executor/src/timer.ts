/** Longest delay of a runtime's timer, in milliseconds. A longer one would fire immediately. */
const LONGEST = 2 ** 31 - 1;

/**
 * Calls back after so many milliseconds. The timer does not keep this process alive, and a delay of more than
 * 24 days never ends.
 */
export function setIdleTimer(callback: () => void, milliseconds: number): NodeJS.Timeout | undefined {
  if (milliseconds > LONGEST) return undefined;
  return setTimeout(callback, milliseconds).unref();
}
