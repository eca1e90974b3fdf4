/**
 * map: a function called with each item of a source, for a limited number of items at a time.
 *
 * Each task takes items one after another, which costs less than a task for each item. A task ends when there
 * is nothing more for it to do: no item is left, or `limit` results wait to be taken (`finished`). Taking a
 * result starts a task again. So no task ever waits for the code that takes the results.
 *
 * Items of a sync source are taken when a task for them is at hand. Of an async source one task at a time
 * waits for the next item (`reading`); when that has come, it starts the next reader, if the limit allows it.
 * So an item is taken only when its call can begin.
 */
import type { Steps } from "@asyncio-ts/future";
import { runBody } from "@asyncio-ts/coroutine/lowlevel";
import { assertFunction, assertOptions, describe, readFlag } from "@asyncio-ts/future/lowlevel";
import type { Flow } from "./flow.js";
import { Place, Produced, type Producers } from "./produced.js";
import { Source } from "./source.js";

/** Options for `map()`. */
export interface MapOptions {
  /** The number of items in work at a time: a whole number, 1 or more, or `Infinity`. */
  readonly limit: number;
  /** Yields the results in the order of the items; if false, as they finish. Default: true. */
  readonly ordered?: boolean;
}

/**
 * Calls `fn` with each item and its index, for at most `limit` items at a time, and yields the results: in the
 * order of the items, or with `ordered: false` as they finish. It begins no more calls while `limit` results
 * wait to be taken, and takes an item from `items` only when its call can begin.
 *
 * `items` is an array, another iterable, or an async iterable. The first error cancels the other calls; once
 * they have ended, it is thrown, after the results before it. Leaving the loop early, or cancelling it,
 * cancels the calls, waits for them, and closes `items`. Errors with which cancelled calls end are reported to
 * the exception handler of the loop.
 *
 * @param fn A function that returns a promise, a generator or a value.
 * @throws TypeError if `items` can't be iterated, or `fn` is no function; RangeError if the limit is not a whole
 * number, 1 or more.
 *
 * @example
 * ```ts
 * import { map } from "@asyncio-ts/flow";
 * import { sleep } from "@asyncio-ts/task";
 *
 * const load = async (page: number) => sleep(10 * (4 - page), `page ${page}`);
 * for await (const page of map([1, 2, 3], load, { limit: 2 })) console.log(page);
 * for await (const page of map([1, 2, 3], load, { limit: 2, ordered: false })) console.log(page);
 * // prints: page 1
 * // prints: page 2
 * // prints: page 3
 * // prints: page 2
 * // prints: page 1
 * // prints: page 3
 * ```
 */
export function map<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  fn: (item: T, index: number) => PromiseLike<R> | Steps<R> | R,
  options: MapOptions,
): Flow<R> {
  assertFunction(fn, "map");
  assertOptions(options, "map");
  const { limit } = options ?? {};
  if (limit !== Infinity && !(Number.isInteger(limit) && limit > 0)) {
    throw new RangeError(
      `map() needs a limit, a whole number, 1 or more, or Infinity, got ${describe(limit)}; write map(items, fn, { limit: 10 })`,
    );
  }
  const unordered = options.ordered !== undefined && !readFlag(options, "ordered", "map");
  return new Mapping(new Source<T>(items, "map"), fn, limit, unordered);
}

/** A call of the function, and the place of its result. */
class Call<T, R> extends Place<R> {
  readonly item: T;
  readonly index: number;

  constructor(item: T, index: number) {
    super();
    this.item = item;
    this.index = index;
  }
}

class Mapping<T, R> extends Produced<R, Call<T, R>> {
  private readonly source: Source<T>;
  private readonly fn: (item: T, index: number) => PromiseLike<R> | Steps<R> | R;
  private readonly limit: number;
  private readonly unordered: boolean;
  private index = 0;
  /** The number of tasks that take items, and of results that wait to be taken. */
  private running = 0;
  private finished = 0;
  private reading = false;

  constructor(source: Source<T>, fn: Mapping<T, R>["fn"], limit: number, unordered: boolean) {
    super("map");
    this.source = source;
    this.fn = fn;
    this.limit = limit;
    this.unordered = unordered;
  }

  protected override begin(crew: Producers, taken?: Call<T, R>): void {
    if (taken !== undefined) this.finished--;
    try {
      while (this.running < this.limit && this.mayTake(crew)) {
        let call: Call<T, R> | undefined;
        if (!this.source.isSync) this.reading = true;
        else if ((call = this.callFor(this.source.take())) === undefined) return;
        this.running++;
        crew.start(this.working(crew, call));
      }
    } catch (error) {
      this.fail(error);
    }
  }

  protected override closeSources(): Steps<void> {
    return this.source.close();
  }

  /** Makes one call after another. A task that is given none reads its first item. */
  private *working(crew: Producers, given: Call<T, R> | undefined): Steps<void> {
    let call = given ?? (yield* this.read(crew));
    while (call !== undefined) {
      const value = yield* runBody(this.fn, call.item, call.index);
      this.finished++;
      if (this.unordered) this.values.add(call);
      this.put(call, value);
      if (!this.mayTake(crew)) break;
      call = this.source.isSync ? this.callFor(this.source.take()) : yield* this.read(crew);
    }
    this.running--;
  }

  /** Waits for the next item, and then has another task read on. */
  private *read(crew: Producers): Steps<Call<T, R> | undefined> {
    this.reading = true;
    const call = this.callFor(yield* this.source.pull());
    this.reading = false;
    if (call !== undefined) this.begin(crew);
    return call;
  }

  private callFor(step: IteratorResult<T>): Call<T, R> | undefined {
    if (step.done === true) return undefined;
    const call = new Call<T, R>(step.value, this.index++);
    if (!this.unordered) this.values.add(call);
    return call;
  }

  private mayTake(crew: Producers): boolean {
    return !this.reading && this.finished < this.limit && !crew.stopping && !this.source.over;
  }
}
