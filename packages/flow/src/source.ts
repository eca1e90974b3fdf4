/**
 * Source: an iterable or async iterable of the user, of which values are pulled one at a time, and which is
 * closed in the end, as `for await` closes it.
 *
 * States:
 *   untouched   `iterator` undefined
 *   open        a value can be pulled
 *   abandoned   `pulled` is a `Pull` that was cancelled: the promise has not settled
 *   over        `over`: the source has ended, failed or been closed
 *
 * A foreign promise can't be cancelled, and a loop that waits for one must end all the same. But an async
 * generator runs in the task that pulls: a cancellation reaches what it waits for too, if that is of this
 * library, and then it has to clean up in a task that is still there. So a cancelled pull ends when the promise
 * has settled, or once the generator waits for nothing of this library: see `Pull`.
 */
import { runBody } from "@asyncio-ts/coroutine/lowlevel";
import { type Awaitable, Future, isCancelled, type Steps } from "@asyncio-ts/future";
import {
  currentTaskLike,
  describe,
  follow,
  isPromiseLike,
  runInside,
  waitsOutside,
  type Waker,
} from "@asyncio-ts/future/lowlevel";
import { getRunningLoop, type TimerHandle } from "@asyncio-ts/loop";
import { currentTask } from "@asyncio-ts/task";
import { Flow } from "./flow.js";

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
  private iterator: Pullable<T> | undefined = undefined;
  private pulled: Awaitable<IteratorResult<T>> | undefined = undefined;

  /** @throws TypeError, which names the function, if `items` can't be iterated. */
  constructor(items: unknown, where: string) {
    if (typeof items !== "object" || items === null || "then" in items || !isIterable(items)) {
      const instead = isPromiseLike(items) ? "; await it first" : ", such as an array";
      throw new TypeError(`${where}() needs an iterable or async iterable, got ${describe(items)}${instead}`);
    }
    this.items = items as Iterable<T>;
    this.isSync = !(Symbol.asyncIterator in items);
  }

  /** Takes the next value of a source that is sync. */
  take(): IteratorResult<T> {
    // It is over if the iterator throws.
    this.over = true;
    const step = this.ask() as IteratorResult<T>;
    this.over = step.done === true;
    return step;
  }

  /** Waits for the next value. */
  *pull(): Steps<IteratorResult<T>> {
    if (this.isSync) return this.take();
    try {
      // The async code that the iterator starts belongs to the task that pulls.
      const asked = runInside({ awaiter: currentTaskLike(), context: undefined }, () => this.ask());
      const step = yield* (this.pulled = followed(asked));
      this.over ||= step.done === true;
      return step;
    } catch (error) {
      // A cancellation may have ended the wait, and not the source.
      this.over ||= !isCancelled(error);
      throw error;
    }
  }

  /** Closes the source, and waits until it is closed, unless a pull was abandoned, which may keep it. */
  *close(): Steps<void> {
    const { items, iterator, pulled } = this;
    if (this.over) return;
    this.over = true;
    if (iterator === undefined) {
      // Only a flow may hold something before it is iterated, such as a listener.
      if (items instanceof Flow) yield* items.return();
      return;
    }
    yield* runBody(() => {
      const closed = iterator.return?.();
      const isAbandoned = pulled instanceof Pull && pulled.cancelled();
      if (!isPromiseLike(closed)) return undefined;
      const end = followed(closed);
      return isAbandoned && end instanceof Pull ? undefined : end;
    });
  }

  private ask(): IteratorResult<T> | PromiseLike<IteratorResult<T>> {
    const { items } = this;
    this.iterator ??=
      Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
    return this.iterator.next();
  }
}

/** Returns an awaitable, such as a coroutine object, as it is; of anything else a future. */
function followed<T>(returned: T | PromiseLike<T>): Awaitable<T> {
  return Symbol.iterator in (returned as object) ? (returned as Awaitable<T>) : new Pull(returned as object);
}

/** The future of a promise that an iterator has returned. */
class Pull<T> extends Future<T> {
  private readonly task = currentTask();
  private readonly loop = getRunningLoop();
  private timer: TimerHandle | undefined = undefined;

  constructor(promise: object) {
    super();
    const settle = (end: (outcome: never) => void) => (outcome: unknown) => {
      this.timer?.cancel();
      if (!this.done()) end.call(this, outcome as never);
    };
    follow(promise, settle(this.setResult), settle(this.setException));
  }

  /** Returns true. The future is done when the promise has settled, or in GRACE milliseconds at the earliest. */
  override cancel(message?: string): boolean {
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
