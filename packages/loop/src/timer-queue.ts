/**
 * The timers of a loop: a heap with four children a node, ordered by deadline and then by creation.
 *
 * Each timer knows its place in the heap, so cancelling takes it out at once, in O(log n). Rejected: marking
 * cancelled timers and dropping them when they come up, as asyncio does; a server whose every request sets a timeout
 * that never fires would carry the timers of the last minute, with all that they refer to. Four children make the
 * heap half as deep as two, and their comparisons touch neighbours.
 */
import type { Runnable } from "@asyncio-ts/future/ambient";

/** Something that the loop runs once its deadline has come. */
export interface Timed extends Runnable {
  /** In milliseconds of `loop.time()`. Must not change while the timer is in the queue. */
  readonly deadline: number;
  /** Set by the queue: orders timers of one deadline. */
  sequence: number;
  /** Set by the queue: the place in the heap; -1 outside. */
  position: number;
}

export class TimerQueue {
  private readonly heap: Timed[] = [];
  private sequence = 0;

  get size(): number {
    return this.heap.length;
  }

  /** The timer that comes next. */
  peek(): Timed | undefined {
    return this.heap[0];
  }

  add(timer: Timed): void {
    timer.sequence = this.sequence++;
    this.heap.push(timer);
    this.rise(timer, this.heap.length - 1);
  }

  /** Takes a timer out; nothing happens if it is not in. */
  remove(timer: Timed): void {
    const { position } = timer;
    if (position < 0) return;
    timer.position = -1;
    const last = this.heap.pop() as Timed;
    if (last === timer) return;
    const parent = this.heap[(position - 1) >> 2];
    if (position > 0 && before(last, parent as Timed)) this.rise(last, position);
    else this.sink(last, position);
  }

  clear(): void {
    for (const timer of this.heap) timer.position = -1;
    this.heap.length = 0;
  }

  private rise(timer: Timed, position: number): void {
    const { heap } = this;
    while (position > 0) {
      const above = (position - 1) >> 2;
      const parent = heap[above] as Timed;
      if (!before(timer, parent)) break;
      heap[position] = parent;
      parent.position = position;
      position = above;
    }
    heap[position] = timer;
    timer.position = position;
  }

  private sink(timer: Timed, position: number): void {
    const { heap } = this;
    const { length } = heap;
    for (;;) {
      const first = position * 4 + 1;
      if (first >= length) break;
      let below = first;
      const end = Math.min(first + 4, length);
      for (let child = first + 1; child < end; child++) {
        if (before(heap[child] as Timed, heap[below] as Timed)) below = child;
      }
      const child = heap[below] as Timed;
      if (!before(child, timer)) break;
      heap[position] = child;
      child.position = position;
      position = below;
    }
    heap[position] = timer;
    timer.position = position;
  }
}

function before(a: Timed, b: Timed): boolean {
  return a.deadline < b.deadline || (a.deadline === b.deadline && a.sequence < b.sequence);
}
