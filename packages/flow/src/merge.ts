import { Future, type Steps } from "@asyncio-ts/future";
import { describe } from "@asyncio-ts/future/lowlevel";
import type { Flow } from "./flow.js";
import { Place, Produced } from "./produced.js";
import { Source } from "./source.js";
import { oneOfTwo } from "./two-errors.js";

const CLOSING_FAILED = "merge() has ended with an error, and closing another source failed too";

/** The type of the values of a source. */
export type ItemOf<S> = S extends AsyncIterable<infer T> ? T : S extends Iterable<infer T> ? T : never;

/**
 * Merges async iterables and iterables into one, which yields their values in the order of arrival. It reads
 * each source in a task of its own, and asks a source for its next value when the last one has been taken.
 *
 * The first error of a source is thrown, after the values that came before it. Leaving the loop early, or
 * cancelling it, cancels what waits, and closes all sources. The values that it has read ahead, at most one of
 * each source, are lost then.
 *
 * @throws TypeError if `sources` is not a list of what can be iterated.
 *
 * @example
 * ```ts
 * import { interval, map, merge } from "@asyncio-ts/flow";
 *
 * const slow = map(interval(50), (beat) => `slow ${beat}`, { limit: 1 });
 * const fast = map(interval(20), (beat) => `fast ${beat}`, { limit: 1 });
 * for await (const beat of merge([slow, fast])) {
 *   console.log(beat);
 *   if (beat === "slow 1") break;
 * }
 * // prints: fast 1
 * // prints: fast 2
 * // prints: slow 1
 * ```
 */
export function merge<S extends Iterable<unknown> | AsyncIterable<unknown>>(
  sources: Iterable<S>,
): Flow<ItemOf<S>> {
  if (typeof sources !== "object" || sources === null || !(Symbol.iterator in sources)) {
    throw new TypeError(`merge() needs a list of sources, got ${describe(sources)}; write merge([a, b])`);
  }
  return new Merging(
    Array.from(sources, (source, index) => new Source<ItemOf<S>>(source, `merge(), at ${index},`)),
  );
}

/** A value that a source has given. The source is asked for the next one when it has been taken. */
class Offer<T> extends Place<T> {
  readonly taken: Future<void> = new Future();
}

class Merging<T> extends Produced<T, Offer<T>> {
  private readonly sources: readonly Source<T>[];

  constructor(sources: readonly Source<T>[]) {
    super("merge");
    this.sources = sources;
  }

  protected override startAll(): void {
    for (const source of this.sources) this.start(this.reading(source));
  }

  protected override taken({ taken }: Offer<T>): void {
    // It is done if the task that waits for it was cancelled.
    if (!taken.done()) taken.setResult();
  }

  protected override *closeSources(): Steps<void> {
    let failure: { readonly error: unknown } | undefined;
    for (const source of this.sources) {
      try {
        yield* source.close();
      } catch (error) {
        // The others have to be closed too, also after a cancellation.
        failure = { error: failure === undefined ? error : oneOfTwo(failure.error, error, CLOSING_FAILED) };
      }
    }
    if (failure !== undefined) throw failure.error;
  }

  private *reading(source: Source<T>): Steps<void> {
    for (;;) {
      const step = yield* source.pull();
      if (step.done === true) return;
      const offer = new Offer<T>();
      this.values.add(offer);
      this.put(offer, step.value);
      yield* offer.taken;
    }
  }
}
