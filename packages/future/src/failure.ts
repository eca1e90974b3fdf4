/**
 * Failures that nobody retrieved: each is reported once.
 *
 * A future that ends with an error makes a `Failure`, a record that does not refer back to the future. It is
 * reported when the future has been collected, or when its loop closes, whichever comes first; that of a task
 * for which nobody waited when it failed, after a second (`OverdueFailures` of package loop); retrieving the
 * error (awaiting, `result()`, `exception()`) removes it from the loop's list. If the loop held the future
 * itself, every failed future would live as long as the loop.
 */
import { reportIn } from "./contexts.js";
import type { Failure, Home, Runnable, Scheduler } from "./contract.js";
import { variables } from "./members.js";

const collected = new FinalizationRegistry<[Failure, Scheduler]>((entry) => reportFailure(...entry));

/** Records that `owner` has failed. */
export function trackFailure(owner: object, error: unknown, source: string, scheduler: Scheduler): Failure {
  const failure: Failure = { error, source, retrieved: false };
  // As in Python, the exception handler sees the variables of the task.
  const held = (owner as Home)[variables];
  if (held !== undefined) failure[variables] = held;
  scheduler.failures.add(failure);
  collected.register(owner, [failure, scheduler], failure);
  return failure;
}

/**
 * Makes the runnable that has a failure `watched`, if it is that of a task for which nobody waited, and frees
 * what the error of an unretrieved failure holds: V8 keeps the frames of an error, and with them their
 * receivers, until its stack is read. Not done at once, because reading costs microseconds.
 */
export function settling(failure: Failure, watched: Scheduler | undefined): Runnable {
  return {
    run() {
      if (failure.retrieved) return;
      watched?.watchFailure?.(failure);
      try {
        void (failure.error as Partial<Error> | null | undefined)?.stack;
      } catch {
        // The program's own formatter of stacks, or a getter of its class, has failed: then there is no stack.
      }
    },
  };
}

/** Records that somebody has seen the error. */
export function retrieveFailure(failure: Failure, scheduler: Scheduler): void {
  if (failure.retrieved) return;
  failure.retrieved = true;
  scheduler.failures.delete(failure);
  collected.unregister(failure);
}

/** Reports a failure unless it has been retrieved or reported before; `what` is what nobody has done. */
export function reportFailure(
  failure: Failure,
  scheduler: Scheduler,
  what: string = "retrieved its error",
): void {
  if (failure.retrieved) return;
  retrieveFailure(failure, scheduler);
  const message = `${failure.source} failed and nobody ${what} (await it, or call exception())`;
  reportIn(failure, () => scheduler.callExceptionHandler({ message, exception: failure.error }));
}
