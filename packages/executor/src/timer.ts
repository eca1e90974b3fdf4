/** The longest that a timer of the runtimes can be; what is longer would come at once. */
const LONGEST = 2 ** 31 - 1;

/** Calls back after so many milliseconds, unless this process has nothing else to do and ends. More than 24 days are never. */
export function setIdleTimer(callback: () => void, milliseconds: number): NodeJS.Timeout | undefined {
  if (milliseconds > LONGEST) return undefined;
  return setTimeout(callback, milliseconds).unref();
}
