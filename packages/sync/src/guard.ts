/**
 * What locks, semaphores and conditions have in common: they are acquired and released, by hand, by a guard, or
 * around a body.
 */
import { type Body, Coroutine } from "@asyncio-ts/coroutine";
import { assertBody, PolledCoroutine, pending, runBody } from "@asyncio-ts/coroutine/lowlevel";
import type { Future, Steps } from "@asyncio-ts/future";
import { inspectAsString, keepThen, nameCalls } from "@asyncio-ts/future/lowlevel";

/**
 * A hold on a lock, a condition or a semaphore. Releases it once, however often it is asked to.
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

  /** Gives the hold back; a second call does nothing. */
  release(): void {
    const { held } = this;
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
 * Something that is acquired, and released by whoever holds it.
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

  /** Waits for its turn, and resolves to the hold. */
  abstract acquire(): Coroutine<Guard>;

  /** Gives a hold back. */
  abstract release(): void;

  /**
   * Acquires, runs `body`, and releases, however the body ends. Gives what the body returns. Python: `async with`.
   *
   * Cancelled while it waits for its turn, it leaves the queue; the body has not begun then.
   */
  with<T>(body: Body<T>): Coroutine<T> {
    if (typeof body !== "function") assertBody(body, `${this.constructor.name}.with()`);
    return new Holding(this.holding(body), this);
  }

  private *holding<T>(body: Body<T>): Steps<T> {
    const guard = yield* this.acquire();
    try {
      return yield* runBody(body);
    } finally {
      guard.release();
    }
  }
}

/** `Lock.acquire`. In debug mode it is asked for while the call is being made, when there is no `held` yet. */
function nameOfCall(held: Acquirable | undefined, method: string): string {
  return held === undefined ? method : `${held.constructor.name}.${method}`;
}

/** A call of `with()`. */
class Holding<T> extends Coroutine<T> {
  static {
    nameCalls<Holding<unknown>>(this.prototype, ({ held }) => nameOfCall(held, "with"));
  }

  private readonly held: Acquirable;

  constructor(steps: Steps<T>, held: Acquirable) {
    super(steps);
    this.held = held;
  }
}

/** What `Acquisition` needs of a lock or semaphore. */
export interface Takable extends Acquirable {
  /** Takes a hold if that is possible at once. */
  take(): boolean;
  /** A place in the line of those who wait for a hold. */
  park(): Future<void>;
  /** Takes the hold that the turn of one who waited has brought. */
  takeGranted(): void;
}

/** A call of `acquire()`. */
export class Acquisition extends PolledCoroutine<Guard> {
  static {
    keepThen(this.prototype);
    nameCalls<Acquisition>(this.prototype, ({ held }) => nameOfCall(held, "acquire"));
  }

  private readonly held: Takable;

  constructor(held: Takable) {
    super();
    this.held = held;
  }

  protected override poll(): Guard | typeof pending {
    return this.held.take() ? new Guard(this.held) : pending;
  }

  protected override park(): Future<void> {
    return this.held.park();
  }

  protected override woken(): Guard {
    this.held.takeGranted();
    return new Guard(this.held);
  }
}
