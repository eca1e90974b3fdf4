import { type Body, isCoroutine } from "@asyncio-ts/coroutine";
import { assertBody } from "@asyncio-ts/coroutine/lowlevel";
import { Future, isFuture } from "@asyncio-ts/future";
import {
  followPromise,
  followThenable,
  type PublicFunction,
  type Then,
  thenOf,
  waitFacts,
  type WaitFacts,
  waitsOutside,
} from "@asyncio-ts/future/lowlevel";
import { createTask } from "./task.js";

/** A waitable: a body, which is made a task, or something that runs already. */
export type Waitable<T> = Body<T> | PromiseLike<T>;

/**
 * Returns a future for anything that can be waited for: a future or task itself, a new task for a coroutine
 * or other body, a follower for a promise. Cancelling a follower ends the wait, not the promise. Python:
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
  // Not `return futureFor(…)`: Bun and Safari then take this function off the stack, and errors begin at it.
  const future = futureFor(waitable, "ensureFuture()", ensureFuture);
  return future;
}

/**
 * Does what `ensureFuture` does; `where` names, or returns the name of, the public function `from` for
 * errors.
 */
export function futureFor<T>(
  waitable: Waitable<T>,
  where: string | (() => string),
  from: PublicFunction,
): Future<T> {
  const follow = toFollow(waitable);
  if (follow !== undefined) return follow();
  assertBody(waitable, where, from);
  return createTask(waitable as Body<T>);
}

/**
 * Returns a function that makes the future of something that runs already; undefined for a body, or what
 * can't be waited for. Reads `then` once, at once.
 */
export function toFollow<T>(waitable: Waitable<T>): (() => Future<T>) | undefined {
  if (isFuture(waitable)) return () => waitable as Future<T>;
  if (isCoroutine(waitable)) return undefined;
  const then = thenOf(waitable);
  return then === undefined ? undefined : () => new Follower<T>(waitable, then);
}

/** A future that follows a promise until it is cancelled. */
class Follower<T> extends Future<T> {
  private readonly followers: Set<Follower<T>> | undefined;

  constructor(promise: object, then: Then) {
    super();
    this.followers = followersOf<T>(promise);
    if (this.followers !== undefined) this.followers.add(this);
    // Another thenable may do its work again for each call, as a database query does.
    else
      followThenable(
        promise,
        then,
        (value) => this.fulfilled(value as T),
        (error) => this.rejected(error),
      );
  }

  override cancel(message?: string): boolean {
    this.followers?.delete(this);
    return super.cancel(message);
  }

  fulfilled(value: T): void {
    if (!this.done()) this.finish(value);
  }

  rejected(error: unknown): void {
    if (!this.done()) this.fail(error);
  }

  /** @internal */
  override [waitsOutside](): boolean {
    return true;
  }

  /** @internal */
  [waitFacts](): WaitFacts {
    return { kind: "promise" };
  }

  protected override describe(): string {
    return "a promise";
  }
}

/**
 * The futures that follow each promise. A reaction can't be removed from a promise, which may live as long as
 * the program: so each promise has one reaction, however many waits for it end before it settles.
 */
const following = new WeakMap<object, Set<Follower<unknown>>>();

/** Returns the followers of a promise; undefined for another thenable. */
function followersOf<T>(promise: object): Set<Follower<T>> | undefined {
  const known = following.get(promise) as Set<Follower<T>> | undefined;
  if (known !== undefined) return known;
  const followers = new Set<Follower<T>>();
  const isFollowed = followPromise(
    promise,
    (value) => {
      following.delete(promise);
      for (const follower of followers) follower.fulfilled(value as T);
    },
    (error: unknown) => {
      following.delete(promise);
      for (const follower of followers) follower.rejected(error);
    },
  );
  if (!isFollowed) return undefined;
  following.set(promise, followers as Set<Follower<unknown>>);
  return followers;
}
