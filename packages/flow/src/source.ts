/**
 * Source: an iterable or async iterable of the user, of which values are pulled one at a time, and which is
 * closed in the end, as `for await` closes it.
 *
 * States:
 *   untouched   `iterator` undefined
 *   open        a value can be pulled
 *   abandoned   `abandoned`: a pull was cancelled, and the promise of its value has not settled
 *   over        the source has ended, failed or been closed
 *
 * A foreign promise can't be cancelled, and a loop that waits for one must end all the same. But an async
 * generator runs in the task that pulls: a cancellation reaches what it waits for too, if that is of this
 * library, and then it has to clean up in a task that is still there. So a cancelled pull ends when the promise
 * has settled, or once the generator waits for nothing of this library: see `Pull`.
 */
import type { Awaitable, Steps } from "@asyncio-ts/future";
import { Future, isCancelled } from "@asyncio-ts/future";
import {
  assertMessage,
  currentTaskLike,
  describe,
  follow,
  isPromiseLike,
  runInside,
  waitsOutside,
  type Waker,
} from "@asyncio-ts/future/lowlevel";
import { getRunningLoop, type TimerHandle } from "@asyncio-ts/loop";
import { currentTask, ensureFuture } from "@asyncio-ts/task";

/** The time that an async generator has to settle a pull that was cancelled, in milliseconds. */
const GRACE = 100;

interface Pullable<T> {
  next(): IteratorResult<T> | PromiseLike<IteratorResult<T>>;
  return?(): unknown;
}

export class Source<T> {
  /** True if values can be taken without waiting. */
  readonly isSync: boolean;
  /** True once there are no more values. */
  over = false;
  private readonly items: Iterable<T> | AsyncIterable<T>;
  private readonly settlesWhenClosed: boolean;
  private iterator: Pullable<T> | undefined = undefined;
  private abandoned = false;

  /**
   * @param settlesWhenClosed true if a pull can be left at once, since closing the source settles it
   * @throws TypeError, which names the function, if `items` can't be iterated.
   */
  constructor(items: unknown, where: string, settlesWhenClosed = false) {
    if (typeof items !== "object" || items === null || "then" in items || !isIterable(items)) {
      const instead = isPromiseLike(items) ? "; await it first" : ", such as an array";
      throw new TypeError(`${where}() needs an iterable or async iterable, got ${describe(items)}${instead}`);
    }
    this.items = items as Iterable<T>;
    this.isSync = !(Symbol.asyncIterator in items);
    this.settlesWhenClosed = settlesWhenClosed;
  }

  /** Takes the next value of a source that is sync. */
  take(): IteratorResult<T> {
    try {
      return this.noted(this.ask() as IteratorResult<T>);
    } catch (error) {
      this.over = true;
      throw error;
    }
  }

  /** Waits for the next value. */
  *pull(): Steps<IteratorResult<T>> {
    if (this.isSync) return this.take();
    try {
      const step = inTask(() => this.ask()) as PromiseLike<IteratorResult<T>>;
      if (isAwaitable(step)) return this.noted(yield* step);
      this.abandoned = true;
      const settled = yield* this.settlesWhenClosed ? ensureFuture(step) : new Pull(step);
      this.abandoned = false;
      return this.noted(settled);
    } catch (error) {
      // A cancellation may have ended the wait, and not the source.
      if (!isCancelled(error)) this.over = true;
      throw error;
    }
  }

  /** Closes the source, and waits until it is closed, unless a pull was abandoned, which may keep it. */
  *close(): Steps<void> {
    const { iterator } = this;
    if (this.over || iterator === undefined) return;
    this.over = true;
    const closed = this.isSync ? iterator.return?.() : inTask(() => iterator.return?.());
    if (!isPromiseLike(closed)) return;
    if (isAwaitable(closed)) {
      yield* closed;
      return;
    }
    const end = new Pull(closed);
    if (!this.abandoned || this.settlesWhenClosed) yield* end;
  }

  private ask(): IteratorResult<T> | PromiseLike<IteratorResult<T>> {
    const { items } = this;
    this.iterator ??=
      Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
    return this.iterator.next();
  }

  private noted(step: IteratorResult<T>): IteratorResult<T> {
    if (step.done === true) this.over = true;
    return step;
  }
}

/** The future of a promise that an iterator has returned. */
class Pull<T> extends Future<T> {
  private readonly task = currentTask();
  private readonly loop = getRunningLoop();
  private timer: TimerHandle | undefined = undefined;

  constructor(step: PromiseLike<T>) {
    super();
    follow(
      step,
      (value) => this.settle(() => this.setResult(value as T)),
      (error) => this.settle(() => this.setException(error)),
    );
  }

  /** Returns true. The future is done when the promise has settled, or in GRACE milliseconds at the earliest. */
  override cancel(message?: string): boolean {
    assertMessage(message);
    if (this.done()) return false;
    this.timer ??= this.loop.callLater(GRACE, () => {
      this.timer = undefined;
      if (this.isCleaningUp()) this.cancel(message);
      else super.cancel(message);
    });
    return true;
  }

  /** @internal */
  override [waitsOutside](): boolean {
    return true;
  }

  protected override describe(): string {
    return "a promise of an async iterable";
  }

  private settle(end: () => void): void {
    this.timer?.cancel();
    if (!this.done()) end();
  }

  /** Tells whether the task waits for anything else, which can only be the generator that runs in it. */
  private isCleaningUp(): boolean {
    const targets = new Set<Waker>();
    this.task?.[waitsOutside](targets);
    for (const target of targets) if (target !== this && !target.done()) return true;
    return false;
  }
}

export function isIterable(items: object): boolean {
  return Symbol.asyncIterator in items || Symbol.iterator in items;
}

/** Calls the user's iterator so that the async code that it starts belongs to the task that pulls. */
function inTask<T>(call: () => T): T {
  return runInside({ awaiter: currentTaskLike() }, call);
}

function isAwaitable<T>(step: PromiseLike<T>): step is Awaitable<T> {
  return Symbol.iterator in step;
}
