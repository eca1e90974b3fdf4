import { type Body, Future, isCoroutine, isFuture } from "@asyncio-ts/future";
import { assertBody, isPromiseLike } from "@asyncio-ts/future/ambient";
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
  if (isFuture(waitable)) return waitable as Future<T>;
  if (isCoroutine(waitable) || !isPromiseLike(waitable)) {
    assertBody(waitable, where);
    return createTask(waitable as Body<T>);
  }
  return new Follower<T>(waitable as PromiseLike<T>);
}

/** Follows a promise, until it is cancelled. */
class Follower<T> extends Future<T> {
  private readonly followers: Set<Follower<T>>;

  constructor(promise: PromiseLike<T>) {
    super();
    this.followers = followersOf(promise);
    this.followers.add(this);
  }

  override cancel(message?: string): boolean {
    this.followers.delete(this);
    return super.cancel(message);
  }

  fulfilled(value: T): void {
    if (!this.done()) this.finish(value);
  }

  rejected(error: unknown): void {
    if (!this.done()) this.fail(error);
  }

  override waitsOutside(): boolean {
    return true;
  }

  protected override describe(): string {
    return "a promise";
  }
}

/**
 * The futures that follow a promise. What is given to the `then` of a promise can't be taken off, and a promise may live as
 * long as the program: so each has one reaction, however many waits for it end before it is settled.
 */
const following = new WeakMap<PromiseLike<unknown>, Set<Follower<unknown>>>();

function followersOf<T>(promise: PromiseLike<T>): Set<Follower<T>> {
  const known = following.get(promise) as Set<Follower<T>> | undefined;
  if (known !== undefined) return known;
  const followers = new Set<Follower<T>>();
  following.set(promise, followers as Set<Follower<unknown>>);
  promise.then(
    (value) => {
      following.delete(promise);
      for (const follower of followers) follower.fulfilled(value);
    },
    (error: unknown) => {
      following.delete(promise);
      for (const follower of followers) follower.rejected(error);
    },
  );
  return followers;
}
