/**
 * Cancellation: the requests to cancel a task, and which of its code has been told of them. Made when the first request
 * comes, or when the task's signal is asked for; most tasks never have one. docs/decisions/cancellation.md gives the reasons.
 *
 * **A request** has an owner: a timeout, a task group, or nobody in particular (`cancel()`, and with it `run()`). It is
 *   outstanding   from `request` until its owner takes it back, or the task ends; `cancelling()` counts these
 *   thrown        outstanding, and a CancelledError has been thrown into the task since
 *   closed        outstanding, and nobody has to be told any more (see `notFollowed`)
 *
 * **A line** is code of the task that waits for one thing at a time; see told-lines.ts. A request is owed to each line. A line
 * has been *told* when a CancelledError was thrown into it after the request was made. `count` numbers requests and throws,
 * so "after" is a comparison: a line's telling has a `stamp`, and it covers the requests below it. Told waits are in `told`.
 *
 * What the task's waits do to the requests:
 *   in flight      when the request comes, each is cancelled (`cancel-walk.ts`)
 *   begins         (`suspended`) in a line that was told: nothing happens, it cleans up. In one that was not: it is
 *                  cancelled at once. In doubt: it is left alone for GRACE milliseconds, and cancelled then (`watch`)
 *   ends           (`resumed`) with "value": nothing is taken away, and the line still has to be told, at its next wait;
 *                  with "cancelled" or "swallowed": the line has been told; with "nothing": it is told now
 * So a wait that takes a cancellation without effect (the leftover of a race, a child that keeps its result, an operation
 * that ignores its signal) can't take it away from the others: it tells one line, its own.
 *
 * **Whose line it is that begins a wait**: in a turn, that of the wait which resumed (`line`). Outside a turn of the task,
 * after a native promise, V8's promise hooks know it (told-lines.ts). In doubt are the lines that come back from a native
 * promise (1) where there are no such hooks, once any line was told, and (2) after the task's signal was aborted: an
 * operation that was given the signal may have rejected, and the line may be cleaning up.
 *
 * Invariants: a wait of a line that was not told is never in flight with an outstanding request, except in doubt; a line is
 * told of a request once, except in doubt; nothing here calls the user's code but the listeners of the signal.
 */
import type { CancelledError } from "@asyncio-ts/future";
import {
  type AfterTurn,
  ambient,
  cancellation,
  currentAwaiter,
  type InFlight,
  type Outcome,
} from "@asyncio-ts/future/ambient";
import type { TimerHandle } from "@asyncio-ts/loop";
import { SwallowedCancellation } from "./swallowed.js";
import type { Task } from "./task.js";
import {
  canFollow,
  currentTelling,
  enterTold,
  type Followed,
  forget,
  leaveTold,
  retell,
  type Telling,
} from "./told-lines.js";

/** How long a wait that is in doubt is left alone, in milliseconds of the loop. */
const GRACE = 100;

interface Request {
  readonly owner: object | undefined;
  /** When it came, and when it was first thrown (0: not yet), by `count`. */
  asked: number;
  thrown: number;
}

/** The line of a turn that resumed after a value, or after a wait in doubt. */
const untold = "untold";
const doubtful = "doubtful";

export class Cancellation implements AfterTurn, Followed {
  private readonly task: Task<unknown>;
  /** The outstanding requests, by age. */
  private readonly requests: Request[] = [];
  /** Numbers requests and throws. */
  private count = 0;
  /** The `asked` of the latest outstanding request that is not closed; 0: there is none. */
  private owed = 0;
  private closed = 0;
  private lastAsked = 0;
  private lastThrown = 0;
  private message: string | undefined = undefined;
  /** The line whose turn it is. */
  private line: Telling | typeof untold | typeof doubtful | undefined = undefined;
  /** The waits in flight of lines that were told of any request, and of lines in doubt. */
  private told: Map<InFlight, Telling> | undefined = undefined;
  private watched: Set<InFlight> | undefined = undefined;
  /** Waits that were over when a request came. */
  private over: Set<InFlight> | undefined = undefined;
  private grace = GRACE;
  private graceTimer: TimerHandle | undefined = undefined;
  private graceIsOver = false;
  private controller: AbortController | undefined = undefined;
  /** Whether a line may have been told by the signal. */
  private signalled = false;
  private swallowed: SwallowedCancellation | undefined = undefined;

  constructor(task: Task<unknown>) {
    this.task = task;
  }

  // ---- requests ----

  /** How many requests are outstanding. */
  get outstanding(): number {
    return this.requests.length;
  }

  /** A request has come; the waits in flight are cancelled next. */
  request(message: string | undefined, owner: object | undefined): void {
    this.message = message;
    this.owed = this.lastAsked = ++this.count;
    this.requests.push({ owner, asked: this.count, thrown: 0 });
    this.grace = GRACE;
    this.graceIsOver = false;
    this.graceTimer?.cancel();
    this.graceTimer = undefined;
  }

  /** Aborts the signal, once the waits in flight have been cancelled. */
  abort(): void {
    if (this.controller === undefined || this.controller.signal.aborted) return;
    // A task that cancels itself is not waiting for anything that could answer.
    this.signalled = currentAwaiter() !== this.task;
    // What the abort sets off is part of this turn, even if the turn is that of a generator.
    ambient.touched = true;
    this.controller.abort(cancellation(this.message));
  }

  /** Takes a request back, and returns how many are left. */
  takeBack(owner: object | undefined): number {
    const { requests } = this;
    let chosen = requests.find((one) => one.owner === owner);
    if (owner === undefined) {
      // `uncancel()` takes one of `cancel()`, if it can one that was thrown already: what was not delivered yet stays due.
      chosen = requests.find((one) => one.owner === owner && one.thrown > 0) ?? chosen ?? requests.at(-1);
    }
    if (chosen !== undefined) requests.splice(requests.indexOf(chosen), 1);
    const last = requests.at(-1);
    this.owed = last !== undefined && last.asked > this.closed ? last.asked : 0;
    if (last === undefined) {
      this.settle();
      this.swallowed = undefined;
      if (this.controller?.signal.aborted === true) this.controller = undefined;
    }
    return requests.length;
  }

  /** Has the line whose code runs now told again of the outstanding requests that came after `then`. */
  renew(then: number): void {
    if (!this.requests.some((one) => one.asked > then)) return;
    this.lastAsked = ++this.count;
    const telling = { of: this, stamp: then, marked: false };
    if (this.line !== undefined) this.enter(telling);
    else if (currentTelling()?.of === this) retell(telling);
  }

  /** Up to when the code that runs now has been told of requests; in doubt of all. For `thrownSince`. */
  get toldUntil(): number {
    const line = this.line ?? this.lineOutsideTurns();
    if (line === doubtful) return this.count;
    return Math.max(typeof line === "object" ? line.stamp : 0, this.closed);
  }

  /** Whether an outstanding request was thrown of which code that was told until then did not know. */
  thrownSince(then: number): boolean {
    return this.requests.some((one) => one.asked > then && one.thrown > 0);
  }

  /** Whether a CancelledError was thrown into the task after the latest request. */
  get answered(): boolean {
    return this.lastThrown > this.lastAsked;
  }

  /** The error for a task that was cancelled before its first step. */
  beforeFirstStep(): CancelledError | undefined {
    return this.requests.length > 0 ? cancellation(this.message) : undefined;
  }

  /** The task is done. */
  ended(hasReturned: boolean): void {
    if (hasReturned) this.swallowed?.taskReturned();
    this.settle();
  }

  // ---- waits ----

  /** A wait begins, and is cancelled if its line has not been told of a request. */
  suspended(wait: InFlight): void {
    if (this.owed === 0) return;
    const line = this.line ?? this.lineOutsideTurns();
    if (typeof line === "object") (this.told ??= new Map()).set(wait, line);
    if (line === doubtful && !this.graceIsOver) this.watch(wait);
    else if (typeof line !== "object" || line.stamp <= this.owed) this.task.cancelWait(wait, this.message);
  }

  /** The latest request has found a wait over, whose line has not gone on yet. */
  cameTooLate(wait: InFlight): void {
    (this.over ??= new Set()).add(wait);
  }

  /** A wait ends; with "nothing", returns the error to throw into the task, if there is one. */
  resumed(wait: InFlight, outcome: Outcome): CancelledError | undefined {
    const telling = this.told?.get(wait);
    this.told?.delete(wait);
    // What was swallowed was the request before that.
    if (this.over?.delete(wait) === true && outcome === "swallowed") outcome = "value";
    const wasWatched = this.watched?.delete(wait) === true;
    if (this.owed === 0) return undefined;
    const isTold = telling !== undefined && telling.stamp > this.owed;
    let error: CancelledError | undefined;
    if (outcome === "value" || (outcome === "nothing" && (isTold || (wasWatched && !this.graceIsOver)))) {
      // Told of some requests, it is still that line, and owed the others.
      this.enter(telling ?? (wasWatched ? doubtful : untold));
    } else {
      if (outcome === "nothing") error = cancellation(this.message);
      this.enter(this.tell());
      if (this.task.scheduler.debug && outcome !== "swallowed") {
        this.swallowed ??= new SwallowedCancellation(this.task);
      }
    }
    return error;
  }

  /** A CancelledError is thrown into the line whose turn it is. */
  private tell(): Telling {
    const stamp = ++this.count;
    // What a task leaves behind does not tell whether its result came before the cancellation.
    if (!this.task.done()) this.lastThrown = stamp;
    for (const request of this.requests) if (request.thrown === 0) request.thrown = stamp;
    if (this.graceIsOver) {
      // It was in doubt. If it was cleaning up after all, it gets longer from now on.
      this.graceIsOver = false;
      this.grace *= 2;
    }
    return { of: this, stamp, marked: false };
  }

  private enter(line: Telling | typeof untold | typeof doubtful): void {
    // One of a scheduler that is no event loop.
    if (ambient.afterTurn !== this) ambient.afterTurn?.turnEnded();
    ambient.afterTurn = this;
    // The turn ends with its microtasks, where there may be any.
    if (ambient.storage) ambient.touched = true;
    this.line = line;
    if (typeof line === "object") enterTold(line);
  }

  /** For the loop: the turn is over, with its microtasks. */
  turnEnded(): void {
    const { line } = this;
    this.line = undefined;
    if (typeof line === "object") leaveTold(line, this.owed > 0 && !this.task.done());
  }

  private lineOutsideTurns(): Telling | typeof untold | typeof doubtful {
    const telling = currentTelling();
    if (telling?.of === this) return telling;
    return this.signalled || (this.lastThrown > this.owed && !canFollow()) ? doubtful : untold;
  }

  // ---- doubt ----

  private watch(wait: InFlight): void {
    (this.watched ??= new Set()).add(wait);
    this.graceTimer ??= this.task.scheduler.callLater(this.grace, () => {
      this.graceTimer = undefined;
      this.graceIsOver = true;
      for (const one of this.watched ?? []) this.task.cancelWait(one, this.message);
    });
  }

  /** Nobody has to be told of anything any more. */
  private settle(): void {
    forget(this);
    this.signalled = this.graceIsOver = false;
    this.graceTimer?.cancel();
    this.graceTimer = undefined;
  }

  /** The told lines can't be told from others any more: from here on all lines count as told. */
  notFollowed(): void {
    this.closed = this.count;
    this.owed = 0;
  }

  // ---- the signal ----

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.requests.length > 0) this.controller.abort(cancellation(this.message));
    }
    return this.controller.signal;
  }

  /** The cancellation that `error` stands for: an AbortError that the signal caused. */
  causeOf(error: unknown): CancelledError | undefined {
    if (this.controller?.signal.aborted !== true) return undefined;
    const aborted = typeof error === "object" && error !== null && (error as Error).name === "AbortError";
    return aborted ? (this.controller.signal.reason as CancelledError) : undefined;
  }

  // ---- debug mode ----

  /** The task's code calls the library. */
  called(): void {
    this.swallowed?.bodyCalled();
  }
}
