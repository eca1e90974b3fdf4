import { type Body, Coroutine } from "@asyncio-ts/coroutine";
import { assertBody, type BodyFor, runBody } from "@asyncio-ts/coroutine/lowlevel";
import type { Steps } from "@asyncio-ts/future";
import { inspectAsString } from "@asyncio-ts/future/lowlevel";

/**
 * A hold on a lock, a condition or a semaphore: releases it once, however often it is called.
 *
 * @example
 * ```ts
 * import { Lock } from "@asyncio-ts/sync";
 *
 * const lock = new Lock();
 * const guard = await lock.acquire(); // with `using guard = …` it releases by itself at the end of the block
 * console.log(lock.locked());
 * guard.release();
 * guard.release(); // nothing happens
 * console.log(lock.locked());
 * // prints: true
 * // prints: false
 * ```
 */
export class Guard implements Disposable {
  static {
    inspectAsString(this.prototype);
  }

  private held: Acquirable | undefined;

  constructor(held: Acquirable) {
    this.held = held;
  }

  /** Releases the lock, condition or semaphore; a second call does nothing. */
  release(): void {
    const held = this.held;
    this.held = undefined;
    held?.release();
  }

  [Symbol.dispose](): void {
    this.release();
  }

  toString(): string {
    return this.held === undefined ? "<Guard released>" : `<Guard of ${this.held}>`;
  }
}

/**
 * The base class of locks, semaphores and conditions: they are acquired, and released by their holder.
 *
 * @example
 * ```ts
 * import { type Acquirable, Lock, Semaphore } from "@asyncio-ts/sync";
 *
 * const exclusively = (what: Acquirable, name: string) => what.with(() => console.log(name));
 * await exclusively(new Lock(), "with the lock");
 * await exclusively(new Semaphore(2), "with a permit");
 * // prints: with the lock
 * // prints: with a permit
 * ```
 */
export abstract class Acquirable {
  static {
    inspectAsString(this.prototype);
  }

  /** Waits for its turn, and resolves to a guard that releases the hold. */
  abstract acquire(): Coroutine<Guard>;

  /** Releases a hold. */
  abstract release(): void;

  /**
   * Acquires, runs `body`, and releases, however the body ends. Resolves to the result of the body. Python:
   * `async with`.
   *
   * If it is cancelled while it waits for its turn, it leaves the queue and does not run the body.
   */
  with<T, Given = unknown>(body: BodyFor<Given, "with()", T>): Coroutine<T> {
    const name = `${this.constructor.name}.with`;
    assertBody(body, `${name}()`);
    return new Coroutine(holding(this, body as Body<T>), name);
  }
}

function* holding<T>(held: Acquirable, body: Body<T>): Steps<T> {
  const guard = yield* held.acquire();
  try {
    return yield* runBody(body);
  } finally {
    guard.release();
  }
}
