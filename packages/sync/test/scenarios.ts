/**
 * The parts of which the scenarios of the cancellation tests are made.
 */
import type { Queue } from "@asyncio-ts/sync";
import { sleep, type Task, wait } from "@asyncio-ts/task";
import { expect } from "vitest";
import { awaited, type Program } from "@asyncio-ts/testkit";
import type { LockLike } from "./lock-likes.js";
import { contents, type QueueKind } from "./queues.js";

/** A critical section that checks that it is one. */
export class Section {
  entered = 0;
  left = 0;
  private readonly most: number;

  constructor(most = 1) {
    this.most = most;
  }

  *pass(pause: number): Program<void> {
    this.entered++;
    expect(this.entered - this.left).toBeLessThanOrEqual(this.most);
    try {
      yield* awaited(sleep(pause));
    } finally {
      this.left++;
    }
  }

  expectEmpty(): void {
    expect(this.left).toBe(this.entered);
  }
}

export function expectFree(lock: LockLike): void {
  expect(String(lock)).toMatch(/(unlocked|[^0] free), 0 waiting>$/);
  expect(lock.locked()).toBe(false);
}

/** Expects that a scenario ends with nothing besides its result and a cancellation. */
export function expectNone(error: unknown): void {
  expect(error).toBeUndefined();
}

/**
 * Waits until tasks have ended, however they end, and however often the waiting task is cancelled meanwhile.
 */
export function* ended(tasks: readonly Task<unknown>[]): Program<void> {
  let cancellation: unknown;
  while (tasks.some((task) => !task.done())) {
    try {
      yield* awaited(wait(tasks));
    } catch (error) {
      cancellation = error;
    }
  }
  if (cancellation !== undefined) throw cancellation;
}

/** Items as they are put and got; whatever happens, none is lost and none is got twice. */
export class Traffic {
  readonly queue: Queue<number>;
  readonly put: number[] = [];
  readonly got: number[] = [];
  private readonly kind: QueueKind;
  private next = 0;

  constructor(kind: QueueKind, maxsize?: number) {
    this.kind = kind;
    this.queue = kind.make(maxsize);
  }

  *putOne(): Program<void> {
    const item = this.next++;
    yield* awaited(this.queue.put(item));
    this.put.push(item);
  }

  *putMany(count: number): Program<void> {
    for (let round = 0; round < count; round++) yield* this.putOne();
  }

  *getOne(): Program<void> {
    this.got.push(yield* awaited(this.queue.get()));
  }

  expectNoneLost(error: unknown): void {
    expectNone(error);
    const left: number[] = [];
    while (!this.queue.empty()) left.push(this.queue.getNowait());
    expect(left).toEqual(this.kind.order([...left].sort((a, b) => a - b)));
    expect([...this.got, ...left].sort()).toEqual([...this.put].sort());
    expect(contents(this.queue)).toBe("0 items, 0 getting, 0 putting");
  }
}
