/** A function of the public API, or a check inside it. */
export type PublicFunction = ((...args: never) => unknown) | (abstract new (...args: never) => unknown);

/**
 * Leaves the frames of `publicFunction`, and of what it called, out of the stack of an error, which then
 * begins with the line that called it; where the runtime can't, the stack stays as it is. Returns the error.
 * The function must be on the stack.
 *
 * It makes an error cost twice as much, so it is not for errors that programs use to find out something, such
 * as `QueueEmpty`.
 */
export function atCallOf<E extends Error>(publicFunction: PublicFunction, error: E): E {
  try {
    (Error as Partial<typeof Error>).captureStackTrace?.(error, publicFunction as () => unknown);
  } catch {
    // The program's own formatter of stacks has failed.
  }
  return error;
}
