/**
 * map: a function called with each item of a source, for a limited number of items at a time.
 *
 * At most `limit` tasks take items, one after another, which costs less than a task for each item. States of a
 * task:
 *   working   it takes an item, or its call runs: in its generator, or in a `Series`
 *   idle      its series is among `idle`, for the rest of this iteration of the loop
 *   resting   in `resting`. It may not take an item, nor may an idle one: `limit` results wait to be taken
 *             (`finished`) or, of an async source, another task waits for the next item (`reading`)
 *   ended     the source is over, or the flow stops
 * idle and resting → working by `hire()`, when a result was taken or an item has come. Only if no task is idle
 * or rests, it starts one. So an item is taken only when its call can begin. At the end `release()` has all
 * look again, and end.
 *
 * Calls are made in series as long as the source is sync and the function returns promises or plain values
 * (`inSeries`). What else it returns needs the generator.
 */
import { runBody } from "@asyncio-ts/coroutine/lowlevel";
import type { Steps } from "@asyncio-ts/future";
import {
  assertFunction,
  assertOptions,
  describe,
  readFlag,
  type Runnable,
} from "@asyncio-ts/future/lowlevel";
import { ParkingLot } from "@asyncio-ts/sync/lowlevel";
import type { Flow } from "./flow.js";
import { Place, Produced } from "./produced.js";
import { type Calls, makeCalls, type Series } from "./series.js";
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
 * the exception handler of the loop. A task makes many calls, so a call sees the context variables that an
 * earlier one has set.
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

/** The tag of generator functions, which need the generator. */
const GENERATES = "[object GeneratorFunction]";

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

class Mapping<T, R> extends Produced<R, Call<T, R>> implements Calls<Call<T, R>>, Runnable {
  readonly fn: (item: T, index: number) => PromiseLike<R> | Steps<R> | R;
  private readonly source: Source<T>;
  private readonly limit: number;
  private readonly unordered: boolean;
  private inSeries: boolean;
  private idle: Series<Call<T, R>>[] = [];
  private isScheduled = false;
  private readonly resting = new ParkingLot("map");
  private index = 0;
  /** The number of results that wait to be taken. */
  private finished = 0;
  private reading = false;

  constructor(source: Source<T>, fn: Mapping<T, R>["fn"], limit: number, unordered: boolean) {
    super("map");
    this.source = source;
    this.fn = fn;
    this.limit = limit;
    this.unordered = unordered;
    this.inSeries = source.isSync && Object.prototype.toString.call(fn) !== GENERATES;
  }

  nextCall(): Call<T, R> | undefined {
    return this.mayTake() ? this.callFor(this.source.take()) : undefined;
  }

  finish(call: Call<T, R>, result: unknown): void {
    this.finished++;
    if (this.unordered) this.values.add(call);
    this.put(call, result as R);
  }

  rest(series: Series<Call<T, R>>): void {
    this.idle.push(series);
    if (this.isScheduled) return;
    // Not now, even if the flow is over: after a native promise, nothing need tell which loop runs.
    this.isScheduled = true;
    series.scheduler.schedule(this);
  }

  /** Has idle tasks rest, in the iteration of the loop after they became idle. */
  run(): void {
    this.isScheduled = false;
    this.release();
  }

  protected override startAll(): void {
    while (this.hire());
  }

  protected override taken(): void {
    this.finished--;
    this.startAll();
  }

  protected override closeSources(): Steps<void> {
    return this.source.close();
  }

  protected override stop(): void {
    super.stop();
    this.release();
  }

  /**
   * Has one more task take an item, if it may and the limit allows it. Returns true if another one may do so
   * too. A task for a sync source takes its item at once, so that no cancellation comes before its call.
   */
  private hire(): boolean {
    if (!this.mayTake()) return false;
    const { isSync } = this.source;
    const idle = this.idle.pop();
    if (idle !== undefined) idle.go();
    else if (!this.resting.unpark()) {
      if (this.size >= this.limit) return false;
      this.start(this.working(), isSync);
    }
    return isSync;
  }

  /** Has idle tasks rest; in the end, has all look again. */
  private release(): void {
    for (const series of this.idle.splice(0)) series.waitFor(this.resting.park());
    if (this.isOver()) this.resting.unparkAll();
  }

  /** Makes one call after another. */
  private *working(): Steps<void> {
    const { source } = this;
    while (!this.isOver()) {
      if (!this.mayTake()) yield* this.resting.park();
      else if (this.inSeries) {
        const last = yield* makeCalls<Call<T, R>>(this);
        if (last === undefined) continue;
        this.inSeries = false;
        this.finish(last.call, yield* runBody(() => last.returned as R));
      } else {
        const call = this.callFor(source.isSync ? source.take() : yield* this.read());
        if (call !== undefined) this.finish(call, yield* runBody(this.fn, call.item, call.index));
      }
    }
    this.release();
  }

  /** Waits for the next item, and then has another task read on. */
  private *read(): Steps<IteratorResult<T>> {
    this.reading = true;
    const item = yield* this.source.pull();
    this.reading = false;
    this.hire();
    return item;
  }

  private callFor(item: IteratorResult<T>): Call<T, R> | undefined {
    if (item.done === true) return undefined;
    const call = new Call<T, R>(item.value, this.index++);
    if (!this.unordered) this.values.add(call);
    return call;
  }

  private isOver(): boolean {
    return this.stopping || this.source.over;
  }

  private mayTake(): boolean {
    return !this.reading && this.finished < this.limit && !this.isOver();
  }
}
