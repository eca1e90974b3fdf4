import type { Future } from "./future.js";

/**
 * Something that can be awaited two ways: `await x` in an async function, `yield* x` in a generator coroutine.
 * `Future`, `Task` and `Coroutine` are awaitables. Python: `collections.abc.Awaitable`.
 */
export interface Awaitable<T> extends PromiseLike<T> {
  [Symbol.iterator](): Generator<Future<unknown>, T>;
}

/** A generator coroutine that has been called: it waits with `yield*`, and returns a `T`. */
export type Steps<T> = Generator<Future<unknown>, T>;
