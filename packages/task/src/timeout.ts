/**
 * Timeout: a deadline around a body.
 *
 * States:
 *   created    `with` has not been called
 *   entered    the body runs; `timer` is set if there is a deadline
 *   expiring   the deadline has passed: the task was cancelled, and the body is ending
 *   expired    the body has ended after that
 *   exited     the body has ended before
 * It recognizes its own cancellation by the count: if no more requests are left than when it was entered, the
 * CancelledError that the body throws is its own, and becomes a TimeoutError. A foreign one stays as it is. A
 * request that was still due when the timeout was entered is thrown into the body too. asyncio forgets it
 * then; here only requests of the task's own code are forgotten, and others are due again.
 */
import { cancellationOf, requestCancel } from "./members.js";
import { type Body, Coroutine } from "@asyncio-ts/coroutine";
import { assertBody, type BodyFor, runBody } from "@asyncio-ts/coroutine/lowlevel";
import type { Steps } from "@asyncio-ts/future";
import { assertMilliseconds, inspectAsString, readFlag } from "@asyncio-ts/future/lowlevel";
import { getRunningLoop, type Timed } from "@asyncio-ts/loop";
import { type LoopScheduler, runningScheduler } from "@asyncio-ts/loop/internal";
import { Abandonable } from "./abandon.js";
import { cancellationIn, none } from "./cancellation.js";
import type { TimeoutError } from "./errors.js";
import { Scope } from "./scopes.js";
import { createTask, currentTask, type Task } from "./task.js";
import { timedOut } from "./timed-out.js";

/**
 * A deadline around a body, made by `timeout()` and `timeoutAt()`. Python: `asyncio.Timeout`.
 *
 * @example
 * ```ts
 * import { getRunningLoop } from "@asyncio-ts/loop";
 * import { sleep, timeout } from "@asyncio-ts/task";
 *
 * const loop = getRunningLoop();
 * const deadline = timeout(null);
 * try {
 *   await deadline.with(async () => {
 *     await sleep(10);
 *     deadline.reschedule(loop.time() + 10); // from here on there is one
 *     await sleep(60_000);
 *   });
 * } catch {
 *   console.log(deadline.expired());
 * }
 * // prints: true
 * ```
 */
export class Timeout extends Scope {
  static {
    inspectAsString(this.prototype);
  }

  private state: "created" | "entered" | "expiring" | "expired" | "exited" = "created";
  private deadline: number | null;
  private readonly delay: number | null;
  private readonly madeIn: LoopScheduler;
  private timer: Expiry | undefined = undefined;
  /** @internal */
  declare task: Task<unknown> | undefined;
  /** True until `with` is called if the body may be left behind; then the future of that. */
  private abandons: boolean | Abandonable<unknown>;

  /** Called by `timeout()` and `timeoutAt()`. @internal */
  constructor(when: number | null, delay: number | null = null, abandons = false) {
    super();
    this.deadline = when;
    this.delay = delay;
    this.abandons = abandons;
    this.madeIn = runningScheduler();
  }

  /**
   * Runs `body`, cancels it if the deadline passes first, and returns its result. Outside every task it makes
   * one for the body. Python: `async with timeout`.
   *
   * @throws TimeoutError if the deadline passed and ended the body; Error if the timeout was used before.
   */
  with<T, Given = unknown>(body: BodyFor<Given, "Timeout.with()", T, [timeout: Timeout]>): Coroutine<T> {
    assertBody(body, "Timeout.with()", Timeout.prototype.with);
    return new Coroutine(this.steps(body as Body<T, [Timeout]>), "Timeout.with");
  }

  /** Returns the deadline, in milliseconds of `loop.time()`; null if there is none. Python: `when()`. */
  when(): number | null {
    return this.deadline;
  }

  /** Returns true if the deadline passed while the body ran. Python: `expired()`. */
  expired(): boolean {
    return this.state === "expiring" || this.state === "expired";
  }

  /**
   * Moves the deadline to another time of `loop.time()`; null removes it. Python: `reschedule()`.
   *
   * @throws Error if the timeout is not running, or has expired.
   */
  reschedule(when: number | null): void {
    if (when !== null) assertMilliseconds(when, "reschedule", Timeout.prototype.reschedule);
    if (this.state !== "entered") {
      throw new Error(
        `reschedule() on ${this}; it works only while the body runs and the deadline has not passed`,
      );
    }
    this.deadline = when;
    this.stopTimer();
    if (when === null) return;
    const scheduler = runningScheduler();
    const now = scheduler.time();
    this.timer = new Expiry(this, scheduler, when, Math.round(when - now));
    if (when <= now) scheduler.schedule(this.timer);
    else scheduler.addTimer(this.timer);
  }

  override toString(): string {
    return `<Timeout ${this.state}${this.state === "entered" ? ` when=${this.deadline}` : ""}>`;
  }

  /** The steps of `with`; in `waitFor` without a coroutine, which would end up in the stack. @internal */
  steps<T>(body: Body<T, [timeout: Timeout]>): Steps<T> {
    return this.abandons === false ? this.entering(body) : this.enteringApart(body);
  }

  /** Runs the body in a task of its own, so that it can be left behind. */
  private *enteringApart<T>(body: Body<T, [timeout: Timeout]>): Steps<T> {
    if (this.abandons !== true) throw this.enteredTwice();
    const apart = new Abandonable(
      createTask(() => this.entering(body)),
      this,
    );
    this.abandons = apart as Abandonable<unknown>;
    return yield* apart;
  }

  private enteredTwice(): Error {
    return new Error(`with() on ${this}, which was entered before; make a new timeout`);
  }

  private *entering<T>(body: Body<T, [timeout: Timeout]>): Steps<T> {
    if (this.state !== "created") throw this.enteredTwice();
    const task = currentTask();
    if (task === undefined) return yield* createTask(() => this.entering(body), { name: "Timeout" });
    const outer = task[cancellationOf]();
    const before = outer?.all ?? none;
    const toldBefore = outer?.toldUntil ?? 0;
    this.state = "entered";
    this.reschedule(this.deadlineIn(runningScheduler()));
    const { deadline: first } = this;
    this.enterScope(task);
    let result: T;
    try {
      result = yield* runBody(body, this as Timeout);
    } catch (error) {
      const requests = task[cancellationOf]();
      // Asked before the request is taken back, which also drops an aborted signal.
      const cancelled = cancellationIn(error, requests, this);
      const isOwn = this.leave(task) <= (requests?.stillCounted(before) ?? 0);
      if (isOwn && this.expired() && cancelled !== undefined) {
        // If it was also thrown for a request from before, that is delivered again.
        requests?.renew(toldBefore, before);
        // A body that was left behind has nobody who asks how long it took.
        throw this.wasAbandoned() ? cancelled : this.timedOut(first, error, task);
      }
      // Not the error of an operation that was aborted: outside of the scope nothing tells what it stands for.
      throw cancelled ?? error;
    }
    this.leave(task);
    return result;
  }

  private wasAbandoned(): boolean {
    return typeof this.abandons === "object" && this.abandons.done();
  }

  /** Returns the error; `first` is the deadline that `delay` led to. */
  private timedOut(first: number | null, cause: unknown, task: Task<unknown>): TimeoutError {
    const { abandons } = this;
    const after = this.delay === null || this.deadline !== first ? "" : ` after ${this.delay} ms`;
    // A body that may be left behind has a task that the program has not made.
    const caller = typeof abandons === "object" ? abandons.caller : undefined;
    return timedOut(after, { cause }, caller ?? task);
  }

  /** Returns the deadline in a loop, which has its own clock: a delay given outside it counts from here. */
  private deadlineIn(scheduler: LoopScheduler): number | null {
    return this.delay === null || scheduler === this.madeIn ? this.deadline : scheduler.time() + this.delay;
  }

  /** Takes the timeout's own request back, and returns how many are left. */
  private leave(task: Task<unknown>): number {
    this.stopTimer();
    this.leaveScope(task);
    if (this.state === "expiring") {
      this.state = "expired";
      return task[cancellationOf]()?.takeBack(this) ?? 0;
    }
    this.state = "exited";
    return task.cancelling();
  }

  private stopTimer(): void {
    this.timer?.scheduler.removeTimer(this.timer);
    this.timer = undefined;
  }

  /** Cancels the task, unless `timer` is of an earlier deadline. Called by `Expiry`. @internal */
  expire(timer: Expiry): void {
    if (this.timer !== timer) return;
    this.timer = undefined;
    this.state = "expiring";
    this.task?.[requestCancel](undefined, this);
    const { abandons, task } = this;
    if (typeof abandons === "object" && task !== undefined) {
      abandons.expire(() => this.timedOut(timer.deadline, undefined, task));
    }
  }
}

/** The timer of a timeout. */
class Expiry implements Timed {
  readonly scheduler: LoopScheduler;
  readonly deadline: number;
  readonly delay: number;
  sequence = 0;
  position: number | Timed = -1;
  behind: Timed | undefined = undefined;
  private readonly timeout: Timeout;

  constructor(timeout: Timeout, scheduler: LoopScheduler, deadline: number, delay: number) {
    this.timeout = timeout;
    this.scheduler = scheduler;
    this.deadline = deadline;
    this.delay = delay;
  }

  run(): void {
    this.timeout.expire(this);
  }
}

/** Options for `timeout()`, `timeoutAt()` and `waitFor()`. */
export interface TimeoutOptions {
  /**
   * Lets the caller go on at the deadline although the body hangs in something that can't be stopped, such as
   * a native promise. The body then runs in a task of its own. What is left behind is cancelled at its next
   * wait for something of this library, and its error is reported. Default: false, the caller waits until
   * the body has stopped.
   */
  readonly abandon?: boolean;
}

/**
 * Makes a deadline `delay` milliseconds from now; null for none. Call its `with`. Python: `asyncio.timeout`.
 *
 * When it passes, what the body waits for is cancelled. A native promise can't be: use the `fetch` of this
 * library, give the operation a signal with `abortable`, or leave it behind with `{ abandon: true }`.
 *
 * @throws TypeError if the delay is neither a number nor null, or for a wrong option.
 *
 * @example
 * ```ts
 * import { sleep, timeout, TimeoutError } from "@asyncio-ts/task";
 *
 * try {
 *   await timeout(10).with(async () => {
 *     await sleep(60_000);
 *   });
 * } catch (error) {
 *   console.log(error instanceof TimeoutError);
 * }
 * // prints: true
 * ```
 */
export function timeout(delay: number | null, options?: TimeoutOptions): Timeout {
  const abandons = options !== undefined && readFlag(options, "abandon", "timeout");
  if (delay === null) return new Timeout(null, null, abandons);
  assertMilliseconds(delay, "timeout", timeout);
  return new Timeout(getRunningLoop().time() + delay, delay, abandons);
}

/**
 * Makes a deadline at a time of `loop.time()`, in milliseconds; null for none. Python: `asyncio.timeout_at`.
 *
 * @throws TypeError if the time is neither a number nor null, or for a wrong option.
 *
 * @example
 * ```ts
 * import { getRunningLoop } from "@asyncio-ts/loop";
 * import { sleep, timeoutAt, TimeoutError } from "@asyncio-ts/task";
 *
 * const deadline = getRunningLoop().time() + 100; // one deadline for two steps
 * try {
 *   await timeoutAt(deadline).with(() => sleep(10));
 *   console.log("first");
 *   await timeoutAt(deadline).with(() => sleep(60_000));
 * } catch (error) {
 *   console.log(error instanceof TimeoutError);
 * }
 * // prints: first
 * // prints: true
 * ```
 */
export function timeoutAt(when: number | null, options?: TimeoutOptions): Timeout {
  if (when !== null) assertMilliseconds(when, "timeoutAt", timeoutAt);
  return new Timeout(when, null, readFlag(options, "abandon", "timeoutAt"));
}
