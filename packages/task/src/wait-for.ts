import { type Body, Coroutine } from "@asyncio-ts/coroutine";
import { assertBody, runBody } from "@asyncio-ts/coroutine/lowlevel";
import type { Future, Steps } from "@asyncio-ts/future";
import { assertMilliseconds, bringsCancellation, failureReason, readFlag } from "@asyncio-ts/future/lowlevel";
import { ensureFuture, toFollow, type Waitable } from "./ensure-future.js";
import type { WaitedFor } from "./gather.js";
import { timedOut } from "./timed-out.js";
import { timeout, type TimeoutOptions } from "./timeout.js";
import { Waiting } from "./wait.js";

/**
 * Waits for one waitable, at most `delay` milliseconds (null: no limit). A coroutine runs inside the calling
 * task. Python: `asyncio.wait_for`.
 *
 * When the time is over, or the calling task is cancelled, it cancels what it waits for, and waits until that
 * has stopped. If that returns a result all the same, the result counts. With a delay of 0 or less a
 * coroutine never begins, and something that is done returns its result.
 *
 * With `{ abandon: true }` it does not wait for a body that hangs in a native promise: see `TimeoutOptions`.
 *
 * @throws TimeoutError when the time is over; TypeError if the delay is neither a number nor null.
 *
 * @example
 * ```ts
 * import { sleep, TimeoutError, waitFor } from "@asyncio-ts/task";
 *
 * try {
 *   await waitFor(sleep(60_000), 10);
 * } catch (error) {
 *   console.log(error instanceof TimeoutError);
 * }
 * // prints: true
 * ```
 */
export function waitFor<W extends Waitable<unknown>>(
  waitable: W,
  delay: number | null,
  options?: TimeoutOptions,
): Coroutine<WaitedFor<W>> {
  readFlag(options, "abandon", "waitFor");
  if (delay !== null) assertMilliseconds(delay, "waitFor", waitFor);
  // A body runs in the calling task; something that runs already is followed.
  const follow = toFollow(waitable);
  if (follow === undefined) assertBody(waitable, "waitFor()", waitFor);
  const steps =
    delay !== null && delay <= 0
      ? notWaiting(follow ?? (() => ensureFuture(waitable)))
      : waiting(follow ?? (waitable as Body<unknown>), delay, options);
  return new Coroutine(steps, "waitFor") as unknown as Coroutine<WaitedFor<W>>;
}

function* waiting(
  body: Body<unknown>,
  delay: number | null,
  options: TimeoutOptions | undefined,
): Steps<unknown> {
  return yield* timeout(delay, options).steps(() => runBody(body));
}

function* notWaiting(start: () => Future<unknown>): Steps<unknown> {
  const future = start();
  if (future.done()) return future.result();
  const stopped = new Waiting(new Set([future]), null, "ALL_COMPLETED");
  future.cancel();
  yield* stopped;
  if (!future[bringsCancellation]()) return future.result();
  throw timedOut(" before the wait began", { cause: future[failureReason]() });
}
