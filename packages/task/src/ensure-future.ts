import { type Body, Future, isCoroutine, isFuture } from "@asyncio-ts/future";
import { assertBody, followPromise, followThenable, type Then, thenOf } from "@asyncio-ts/future/ambient";
import { createTask } from "./task.js";

/** What can be waited for: a body, which is made a task, or something that runs already. */
export type Waitable<T> = Body<T> | PromiseLike<T>;

/**
 * A future for anything that can be waited for: futures and tasks as they are, coroutines and other bodies as new tasks,
 * promises as a future that follows them. Cancelling such a future ends the wait, not the promise. Python:
 * `asyncio.ensure_future`.
 *
 * @example
 * ```ts
 * import { ensureFuture } from "@asyncio-ts/task";
 *
 * const future = ensureFuture(Promise.resolve(42));
 * console.log(await future);
 * // prints: 42
 * ```
 */
export function ensureFuture<T>(waitable: Waitable<T>): Future<T> {
  return futureFor(waitable, "ensureFuture()");
}

/** The same; `where` is the name of the function that was given it, in errors, or gives it. */
export function futureFor<T>(waitable: Waitable<T>, where: string | (() => string)): Future<T> {
  const future = followed(waitable);
  if (future !== undefined) return future;
  assertBody(waitable, where);
  return createTask(waitable as Body<T>);
}

/** The future of something that runs already; undefined if it is a body, or nothing that can be waited for. */
export function followed<T>(waitable: Waitable<T>): Future<T> | undefined {
  if (isFuture(waitable)) return waitable as Future<T>;
  if (isCoroutine(waitable)) return undefined;
  const then = thenOf(waitable);
  return then === undefined ? undefined : new Follower<T>(waitable, then);
}

/** Follows a promise. */
class Follower<T> extends Future<T> {
  constructor(promise: object, then: Then) {
    super();
    const fulfilled = (value: unknown): void => {
      if (!this.done()) this.finish(value as T);
    };
    const rejected = (error: unknown): void => {
      if (!this.done()) this.fail(error);
    };
    if (!followPromise(promise, fulfilled, rejected)) followThenable(promise, then, fulfilled, rejected);
  }

  override waitsOutside(): boolean {
    return true;
  }

  protected override describe(): string {
    return "a promise";
  }
}
