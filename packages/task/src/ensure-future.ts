import { type Body, isCoroutine } from "@asyncio-ts/coroutine";
import { assertBody } from "@asyncio-ts/coroutine/lowlevel";
import { Future, isFuture } from "@asyncio-ts/future";
import { followPromise, followThenable, type Then, thenOf, waitsOutside } from "@asyncio-ts/future/lowlevel";
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
function followed<T>(waitable: Waitable<T>): Future<T> | undefined {
  return toFollow(waitable)?.();
}

/** Makes the future of something that runs already, when it is called; undefined as above. Reads `then` once, at once. */
export function toFollow<T>(waitable: Waitable<T>): (() => Future<T>) | undefined {
  if (isFuture(waitable)) return () => waitable as Future<T>;
  if (isCoroutine(waitable)) return undefined;
  const then = thenOf(waitable);
  return then === undefined ? undefined : () => new Follower<T>(waitable, then);
}

/** Follows a promise, until it is cancelled. */
class Follower<T> extends Future<T> {
  private readonly followers: Set<Follower<T>> | undefined;

  constructor(promise: object, then: Then) {
    super();
    this.followers = followersOf<T>(promise);
    if (this.followers !== undefined) this.followers.add(this);
    // Another thenable may do its work anew for each call, as a database query does.
    else
      followThenable(
        promise,
        then,
        this.fulfilled.bind(this) as (value: unknown) => void,
        this.rejected.bind(this),
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

  protected override describe(): string {
    return "a promise";
  }
}

/**
 * The futures that follow a promise. What is given to the `then` of a promise can't be taken off, and a promise may live as
 * long as the program: so each has one reaction, however many waits for it end before it is settled.
 */
const following = new WeakMap<object, Set<Follower<unknown>>>();

/** Undefined if this is no promise. */
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
