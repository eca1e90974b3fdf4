/**
 * The lock and the queue that the tasks of a random program share, each made of futures. What was granted
 * must not get lost.
 */
import { Future } from "@asyncio-ts/future";

/** A future that leaves its queue when it is cancelled. */
class Waiter<T> extends Future<T> {
  readonly granted: () => void;
  private readonly queue: Waiter<T>[];

  constructor(queue: Waiter<T>[], granted: () => void) {
    super();
    this.queue = queue;
    this.granted = granted;
    queue.push(this);
  }

  override cancel(message?: string): boolean {
    if (!super.cancel(message)) return false;
    this.queue.splice(this.queue.indexOf(this), 1);
    return true;
  }
}

export class Lock {
  holders = 0;
  private readonly waiters: Waiter<void>[] = [];
  private opened = false;

  take(): boolean {
    if (this.holders > 0 && !this.opened) return false;
    this.holders++;
    return true;
  }

  queueUp(granted: () => void): Future<void> {
    return new Waiter(this.waiters, granted);
  }

  /** Hands it on to the first who waits. */
  release(): void {
    this.holders--;
    this.grant();
  }

  /** From now on it locks nothing, so that a program ends which waits for a lock that it holds itself. */
  open(): void {
    this.opened = true;
    while (this.waiters.length > 0) this.grant();
  }

  private grant(): void {
    const first = this.waiters.shift();
    if (first === undefined) return;
    this.holders++;
    first.granted();
    first.setResult();
  }
}

export class Queue {
  readonly given: number[] = [];
  readonly taken: number[] = [];
  readonly items: number[] = [];
  private readonly getters: Waiter<number>[] = [];
  private endless = false;

  put(item: number): void {
    this.given.push(item);
    const first = this.getters.shift();
    if (first === undefined) this.items.push(item);
    else {
      first.granted();
      first.setResult(item);
    }
  }

  get(granted: () => void): Future<number> {
    if (this.endless && this.items.length === 0) this.put(-this.given.length - 1);
    const item = this.items.shift();
    if (item === undefined) return new Waiter(this.getters, granted);
    const future = new Future<number>();
    future.setResult(item);
    return future;
  }

  /** From now on there is always an item, so that a program ends. */
  feed(): void {
    this.endless = true;
    while (this.getters.length > 0) this.put(-this.given.length - 1);
  }
}

export interface Shared {
  readonly lock: Lock;
  readonly queue: Queue;
}
