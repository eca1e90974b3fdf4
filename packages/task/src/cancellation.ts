/**
 * Cancellation: the requests to cancel a task, and which of its code has been told of them. Made at the first
 * request, or when the task's signal is read; most tasks have none. See docs/decisions/cancellation.md.
 *
 * **A request** has an owner: a timeout, a task group, or nobody in particular (`cancel()`, `run()`). It is
 *   outstanding   from `request` until its owner takes it back, or the task ends; `cancelling()` counts these
 *   thrown        outstanding, and a CancelledError has been thrown into the task since
 *   closed        outstanding, and no line has to be told any more (see `notFollowed`)
 *
 * **A line** is code of the task that waits for one thing at a time; see told-lines.ts. A request is owed to
 * each line. A line has been *told* when a CancelledError was thrown into it after the request was made.
 * Requests and throws are counted together, so "after" is a comparison: a telling has a `stamp`, and covers
 * the requests below that. The waits of told lines are in `told`.
 *
 * The effect of a request on a wait, by the state of the wait:
 *   in flight      it is cancelled when the request is made (`cancel-walk.ts`)
 *   begins         (`suspended`) in a told line: it is left alone, since the line cleans up. In one that was
 *                  not told: it is cancelled at once. In doubt: it is cancelled after some time (`doubt.ts`)
 *   ends           (`resumed`) with "value": that is kept, and the line has to be told at its next wait; with
 *                  "cancelled" or "swallowed": the line has been told; with "nothing": it is told now
 *                  (a child swallows a request in the line that ended it: its leftovers answer for nothing)
 * So a wait that takes a cancellation without effect (the leftover of a race, a child that keeps its result,
 * an operation that ignores its signal) does not take it away from other lines: it tells only its own.
 *
 * **Whose line begins a wait**: in a turn, that of the wait which resumed (`lineOfTurn`). Outside a turn of
 * the task, and for code that such a turn has woken by a native promise, V8's promise hooks tell
 * (told-lines.ts). In doubt are the lines that come back from a native promise (1) where there are no such
 * hooks, once any line was told, (2) after the task's signal was aborted: an operation that was given the
 * signal may have rejected, and its line may be cleaning up, and (3) when told code is not followed any
 * longer (`notFollowed`).
 *
 * Invariants: a wait in flight of a line that was not told has been cancelled, except in doubt; a line is
 * told of a request once, except in doubt; nothing here calls user code but the listeners of the signal.
 */
import { type CancellableTask, endedInDoubt, lastAsked, lastThrown, waitsNatively } from "./members.js";
import { type CancelledError, isCancelled } from "@asyncio-ts/future";
import { type contract, slot } from "@asyncio-ts/future/internal";
import {
  cancellation,
  currentTaskLike,
  type PendingWait,
  type WakeReason,
} from "@asyncio-ts/future/lowlevel";
import { cancelFrom, type CancelNode, takesCancellation } from "./cancel-walk.js";
import { becauseOf, isCausedBy } from "./aborted.js";
import { Doubt } from "./doubt.js";
import { watchHeldUp } from "./held-up.js";
import { isWithin, type Scope } from "./scopes.js";
import { SwallowedCancellation } from "./swallowed.js";
import {
  canFollow,
  currentCode,
  enterTold,
  type Followed,
  forget,
  leaveTold,
  type Telling,
} from "./told-lines.js";

export interface Request {
  readonly owner: object | undefined;
  /** True if the task's own code made it. */
  readonly isOwn: boolean;
  /** The numbers (in the count of both) of the request, 0 once closed, and of its first throw, 0 if none. */
  asked: number;
  thrown: number;
}

/** A request that was passed on to the target of a wait, or several that the target has counted as one. */
interface Passed {
  readonly wait: PendingWait;
  readonly node: CancelNode;
  /** The `asked` of the first of them. */
  readonly asked: number;
  /** Its number in the count of the target, which has answered it if it ends told of a later throw. */
  readonly askedThere: number;
  /** The one that was passed on before. */
  readonly before: Passed | undefined;
}

/** The line of a turn: not told of a request, in doubt, told in this very turn, or told before. */
type Line = typeof untold | typeof doubtful | typeof toldNow | Telling;
const untold = "untold";
const doubtful = "doubtful";
const toldNow = "told now";

/** The cancellation of the task in whose turn a wait has ended, and the line of that turn. */
let ofTurn: Cancellation | undefined;
let lineOfTurn: Line | undefined;

/** The parts that few cancellations have. A field for each would cost 2 % of a cancelled task. */
class Rare {
  /** The number of the latest throw before the oldest outstanding request: each line counts as told by it. */
  thrownBefore = 0;
  endedInDoubt = false;
  isAbandoned = false;
  isReported = false;
  doubt: Doubt | undefined = undefined;
  /** The signals that were asked for: those of scopes, and under undefined the task's own. */
  controllers: Map<Scope | undefined, AbortController> | undefined = undefined;
  swallowed: SwallowedCancellation | undefined = undefined;
}

/** Stands for the parts of all cancellations that have none: nothing but undefined is written into it. */
const noParts = new Rare();

export const none: readonly Request[] = [];

/** Returns the cancellation in an error that a scope or task has thrown: itself, or the abort behind it. */
export function cancellationIn(
  error: unknown,
  requests: Cancellation | undefined,
  thrownIn?: Scope,
): CancelledError | undefined {
  return isCancelled(error) ? error : requests?.causeOf(error, thrownIn);
}

/** Tells whether a request of `owner` is for the code of a scope: all code, if it has none. */
function isFor(owner: object | undefined, scope: Scope | undefined): boolean {
  return owner === undefined || isWithin(scope, owner);
}

/** Tells whether a line was told of some request. */
function isTold(line: Line | undefined): boolean {
  return line === toldNow || typeof line === "object";
}

function isList(requests: Request | readonly Request[]): requests is readonly Request[] {
  return Array.isArray(requests);
}

export class Cancellation implements contract.AfterTurn, Followed {
  readonly task: CancellableTask;
  /**
   * The outstanding request, or the list of them by age, which is replaced and never changed. There is nearly
   * always one, and an array for it would cost 4 % of a cancelled task.
   */
  private requests: Request | readonly Request[] = none;
  /**
   * The number of the latest throw, in the count of requests and throws; 0: there was none. Once the task is
   * done, of the latest throw that reached the line which ended it.
   */
  lastThrown = 0;
  /** The number of the latest request, in the same count. */
  lastAsked = 0;
  /** The `asked` of the latest outstanding request that is not closed; 0: there is none. */
  private owed = 0;
  private message: string | undefined = undefined;
  /** The waits in flight of lines that were told of any request. */
  private told: Map<PendingWait, Telling> | undefined = undefined;
  /** The requests passed on to tasks and gathers: nearly always one. */
  private passed: Passed | Map<PendingWait, Passed> | undefined = undefined;
  private rare = noParts;
  /** True while the request is passed on to what the task waits for. */
  isPassedOn = false;

  constructor(task: CancellableTask) {
    this.task = task;
  }

  /** The line of the present turn, if that is the task's. */
  private get turnLine(): Line | undefined {
    return ofTurn === this ? lineOfTurn : undefined;
  }

  /** The line of the running code; undefined if that is in no turn of the task, and was not followed. */
  private get line(): Line | undefined {
    const { turnLine } = this;
    // A line that was not told may wake code that was, by settling a promise.
    return isTold(turnLine) ? turnLine : (currentCode(this.task)?.told ?? turnLine);
  }

  /** Returns the rare parts, to give one a value. */
  private withRare(): Rare {
    if (this.rare === noParts) this.rare = new Rare();
    return this.rare;
  }

  // ---- requests ----

  /** The outstanding requests, by age. */
  get all(): readonly Request[] {
    return isList(this.requests) ? this.requests : [this.requests];
  }

  /**
   * Counts the requests that were there when a timeout was entered and still count: all of `cancel()`, as in
   * asyncio, and those of other lines' timeouts and groups that were not taken back since.
   */
  stillCounted(before: readonly Request[]): number {
    const { all } = this;
    return before.filter((one) => one.owner === undefined || all.includes(one)).length;
  }

  /** Adds a request; the caller then cancels the waits in flight. */
  request(message: string | undefined, owner: object | undefined): void {
    this.message = message;
    const isOwn = currentTaskLike() === this.task;
    const request: Request = { owner, isOwn, asked: this.now + 1, thrown: 0 };
    if (this.lastThrown > 0 && this.requests === none) this.withRare().thrownBefore = this.lastThrown;
    this.owed = this.lastAsked = request.asked;
    this.requests = this.requests === none ? request : [...this.all, request];
    this.rare.doubt?.begin();
    this.task.scheduler.cancels = true;
    slot.observer?.cancelRequested(this.task, message, owner);
  }

  /** Aborts the signals of the code that a request is for, after the waits in flight have been cancelled. */
  abort(owner: object | undefined): void {
    const { controllers } = this.rare;
    if (controllers === undefined) return;
    for (const [scope, controller] of controllers) {
      if (controller.signal.aborted || !isFor(owner, scope)) continue;
      // A task that cancels itself is not waiting for anything that the abort could end.
      if (currentTaskLike() !== this.task) this.inDoubt().arises = true;
      // Code that the abort starts is part of this turn, even if the turn is that of a generator.
      slot.microtasksQueued = true;
      controller.abort(cancellation(this.message));
    }
  }

  /** Takes a request back, and returns how many are left. */
  takeBack(owner: object | undefined): number {
    const requests = this.all;
    // If the owner's was taken back by `uncancel()`, another goes in its place, as in asyncio, which only counts.
    // `uncancel()` takes the oldest of `cancel()`: if any was thrown that was, so an undelivered one stays due.
    const chosen =
      requests.find((one) => one.owner === owner) ??
      requests.find((one) => one.owner === undefined) ??
      requests.at(-1);
    if (chosen === undefined) return requests.length;
    const left = requests.length === 1 ? none : requests.filter((one) => one !== chosen);
    this.requests = left;
    this.owed = left.at(-1)?.asked ?? 0;
    // What is left may be closed.
    if (this.owed === 0) forget(this);
    if (left === none) {
      this.settle();
      const { rare } = this;
      rare.swallowed?.end();
      rare.swallowed = undefined;
    }
    this.renewSignals();
    return left.length;
  }

  /**
   * Tells the running line again of the outstanding requests that came after `then`. With `before`, only if
   * one of these is among them that was not made by the task's own code.
   */
  renew(then: number, before?: readonly Request[]): void {
    const asked = this.all.filter((one) => one.asked > then);
    if (!asked.some((one) => before === undefined || (!one.isOwn && before.includes(one)))) return;
    this.lastAsked = this.now + 1;
    const { line } = this;
    if (line === undefined) return;
    const code = currentCode(this.task);
    const telling: Telling = { of: this, stamp: then, thrown: this.thrownInto(line) };
    if (code === undefined || line === this.turnLine) this.enter(telling);
    else code.told = telling;
  }

  /** The number up to which the running code was told of requests; in doubt, of all. For `thrownSince`. */
  get toldUntil(): number {
    const line = this.line ?? this.unknownLine();
    if (line === doubtful) return this.now;
    if (line !== untold) return this.telling().stamp;
    return this.isUnknown() ? this.lastThrown : 0;
  }

  /** Tells whether the running line, untold of the latest request, may have been told of an earlier one. */
  private isUnknown(): boolean {
    return this.line === undefined && this.lastThrown > 0 && !canFollow();
  }

  /** Tells whether a request was thrown that code which was told until `then` did not know. */
  thrownSince(then: number): boolean {
    return this.all.some((one) => one.asked > then && one.thrown > 0);
  }

  /** The number of the latest request or throw. */
  private get now(): number {
    return Math.max(this.lastAsked, this.lastThrown);
  }

  /** Returns the error for a task that was cancelled before its first step. */
  beforeFirstStep(): CancelledError | undefined {
    return this.requests === none ? undefined : cancellation(this.message);
  }

  /** Notes that the task is done, and its leftovers are owed nothing. */
  ended(hasReturned: boolean): void {
    if (hasReturned) this.rare.swallowed?.taskReturned();
    if (this.owed > 0) this.noteLastLine();
    // Those that wait for the task are told next.
    if (this.requests !== none) this.task.scheduler.cancels = true;
    this.owed = 0;
    this.settle();
  }

  /** Notes what the line that ends the task was told of: a leftover does not swallow a request for it. */
  private noteLastLine(): void {
    const line = this.line ?? this.unknownLine();
    if (line === doubtful || this.isUnknown()) this.withRare().endedInDoubt = true;
    // Requests that are due again there were not answered.
    else this.lastThrown = typeof line === "object" ? line.stamp : this.thrownInto(line);
  }

  /** Returns the number of the latest throw that reached a line. */
  private thrownInto(line: Line): number {
    if (line === toldNow) return this.lastThrown;
    return typeof line === "object" ? line.thrown : this.rare.thrownBefore;
  }

  /** Notes that nobody waits for the task any more: see abandon.ts. */
  abandon(): void {
    this.withRare().isAbandoned = true;
  }

  get isAbandoned(): boolean {
    return this.rare.isAbandoned;
  }

  get isReported(): boolean {
    return this.rare.isReported;
  }

  /** Notes that a report has said that the task is not reached, or that `run()` watches it. */
  set isReported(isReported: boolean) {
    this.withRare().isReported = isReported;
  }

  /** Notes that nothing was in flight as a request was made, or as a turn ended. */
  heldUp(owner: object | undefined): void {
    if (!this.isReported && this.task[waitsNatively]()) watchHeldUp(this, owner);
  }

  /** Tells whether it is unknown if the line that ended the task was told of a request. */
  get endedInDoubt(): boolean {
    return this.rare.endedInDoubt;
  }

  // ---- waits ----

  /** Notes that a wait begins, and cancels it if its line has not been told of a request. */
  suspended(wait: PendingWait): void {
    if (this.owed === 0) return;
    let line = this.line ?? this.unknownLine();
    // Even in the turn of a value, an operation may have been given the aborted signal, and refused.
    if (line === untold && this.rare.doubt?.arises === true) line = doubtful;
    if (line === doubtful) {
      this.watch(wait);
      return;
    }
    if (line !== untold) (this.told ??= new Map()).set(wait, this.telling());
    else if (this.isUnknown()) this.inDoubt().remember(wait);
    if (!this.wasTold(line)) this.cancelWait(wait);
  }

  /** Cancels a wait, and what that waits for. */
  private cancelWait(wait: PendingWait): void {
    const target = wait.target();
    if (takesCancellation(target)) {
      cancelFrom(target, this.message);
      this.passedOn(wait, target);
    } else wait.cancelWait(this.message);
  }

  /** Notes that the latest request was passed on to the target of `wait`; undefined if that is done. */
  passedOn(wait: PendingWait, node: CancelNode | undefined): void {
    const previous = this.takePassed(wait);
    if (node === undefined) return;
    const askedThere = node[lastAsked]();
    const isNew = previous === undefined || previous.askedThere !== askedThere;
    const passed = isNew ? { wait, node, asked: this.lastAsked, askedThere, before: previous } : previous;
    if (this.passed === undefined) this.passed = passed;
    else {
      if (!(this.passed instanceof Map)) this.passed = new Map([[this.passed.wait, this.passed]]);
      this.passed.set(wait, passed);
    }
  }

  private takePassed(wait: PendingWait): Passed | undefined {
    const { passed } = this;
    if (passed instanceof Map) {
      const one = passed.get(wait);
      passed.delete(wait);
      return one;
    }
    if (passed?.wait !== wait) return undefined;
    this.passed = undefined;
    return passed;
  }

  /** Notes that a wait ends; with "nothing", returns the error to throw into the task, if any. */
  resumed(wait: PendingWait, outcome: WakeReason): CancelledError | undefined {
    const telling = this.told?.get(wait);
    this.told?.delete(wait);
    const passed = this.takePassed(wait);
    // It may have swallowed an earlier or later request than this task's.
    if (outcome === "swallowed" && (passed === undefined || passed.node[lastThrown]() <= passed.askedThere)) {
      outcome = "value";
    }
    const watched = this.rare.doubt?.ends(wait);
    if (this.owed === 0) {
      // The request was taken back, but a task that passed it on to this one goes by what was thrown.
      const isThrown = outcome === "swallowed" || outcome === "cancelled";
      if (isThrown && !this.task.done()) this.lastThrown = this.now + 1;
      return undefined;
    }
    if (outcome === "swallowed" && passed?.node[endedInDoubt]() === true) {
      this.enter(doubtful);
      return undefined;
    }
    const isLeftAlone =
      telling === undefined
        ? watched === "left alone" && this.rare.doubt?.isOpen === true
        : this.wasTold(telling);
    if (outcome === "value" || (outcome === "nothing" && isLeftAlone)) {
      // A line told of some requests stays that line, and is owed the others.
      this.enter(this.answered(passed) ?? telling ?? (watched === undefined ? untold : doubtful));
      return undefined;
    }
    this.tell();
    if (this.task.scheduler.debug && outcome !== "swallowed" && !this.task.getLoop().isClosed()) {
      this.withRare().swallowed ??= new SwallowedCancellation(this.task);
    }
    return outcome === "nothing" ? cancellation(this.message) : undefined;
  }

  /** Returns the telling of earlier requests that a child has swallowed, if the last was not thrown there. */
  private answered(passed: Passed | undefined): Telling | undefined {
    for (; passed?.before !== undefined; passed = passed.before) {
      if (passed.node[lastThrown]() <= passed.before.askedThere) continue;
      const stamp = passed.asked;
      for (const request of this.all) if (request.asked < stamp) request.thrown ||= stamp;
      return { of: this, stamp, thrown: stamp };
    }
    return undefined;
  }

  /** Notes that a CancelledError is thrown into the line of this turn. */
  private tell(): void {
    const stamp = this.now + 1;
    this.lastThrown = stamp;
    const { requests } = this;
    if (!isList(requests)) requests.thrown ||= stamp;
    else for (const request of requests) request.thrown ||= stamp;
    this.rare.doubt?.told();
    this.enter(toldNow);
  }

  private enter(line: Line): void {
    // A turn of a scheduler that is not an event loop.
    if (slot.afterTurn !== this) slot.afterTurn?.turnEnded();
    slot.afterTurn = this;
    // The turn ends with its microtasks, if there may be any.
    if (slot.storage) slot.microtasksQueued = true;
    // oxlint-disable-next-line typescript/no-this-alias -- a variable of the module, until the turn ends
    ofTurn = this;
    lineOfTurn = line;
    if (isTold(line)) enterTold(this);
  }

  /** Called by the loop when the turn and its microtasks are over. */
  turnEnded(): void {
    const line = this.turnLine;
    ofTurn = undefined;
    if (line === untold && this.isDue) this.heldUp(this.all.at(-1)?.owner);
    if (isTold(line)) leaveTold(this, this.owed > 0 && !this.task.done());
  }

  /** Returns the telling of the running code, which marks its waits and promises. */
  telling(): Telling {
    if (this.line === toldNow) lineOfTurn = { of: this, stamp: this.lastThrown, thrown: this.lastThrown };
    return this.line as Telling;
  }

  private wasTold(line: Line): boolean {
    if (line === toldNow) return this.lastThrown > this.owed;
    return typeof line === "object" && line.stamp > this.owed;
  }

  /** Returns what the running code counts as if its line is not known. */
  private unknownLine(): Line {
    return this.rare.doubt?.arises === true || (this.lastThrown > this.owed && !canFollow())
      ? doubtful
      : untold;
  }

  // ---- doubt ----

  private inDoubt(): Doubt {
    return (this.withRare().doubt ??= new Doubt(this.task));
  }

  private watch(wait: PendingWait): void {
    this.inDoubt().watch(wait, (one) => this.cancelWait(one));
  }

  /** Ends following and doubt: no line has to be told any more. */
  private settle(): void {
    forget(this);
    this.rare.doubt?.end();
  }

  /**
   * Puts the lines that come back from native promises in doubt, since told ones are not followed any longer.
   * The second time, when the doubt has told them, they count as told.
   */
  notFollowed(): void {
    if (this.rare.doubt?.hasLostTrack !== true) {
      const doubt = this.inDoubt();
      doubt.arises = doubt.hasLostTrack = true;
      return;
    }
    for (const request of this.all) request.asked = 0;
    this.owed = 0;
  }

  /** Tells whether the latest outstanding request was not thrown into any line of the task. */
  get isDue(): boolean {
    return this.owed > this.lastThrown;
  }

  // ---- signals ----

  /** Tells whether code of the task has been given a signal. */
  get hasSignal(): boolean {
    return (this.rare.controllers?.size ?? 0) > 0;
  }

  /** Returns the signal of a scope, or of the task. */
  signalOf(scope: Scope | undefined): AbortSignal {
    const rare = this.withRare();
    const controllers = (rare.controllers ??= new Map());
    let controller = controllers.get(scope);
    if (controller === undefined) {
      controller = new AbortController();
      controllers.set(scope, controller);
      if (this.isCancelled(scope)) controller.abort(cancellation(this.message));
    }
    return controller.signal;
  }

  /** Notes that a scope was left. */
  left(scope: Scope): void {
    this.rare.controllers?.delete(scope);
  }

  /** Drops the aborted signals of code whose requests were all taken back. */
  private renewSignals(): void {
    const { controllers } = this.rare;
    if (controllers === undefined) return;
    for (const [scope, { signal }] of controllers) {
      if (signal.aborted && !this.isCancelled(scope)) controllers.delete(scope);
    }
  }

  /** Tells whether there is a request for the code of a scope, or of the task. */
  private isCancelled(scope: Scope | undefined): boolean {
    return this.all.some(({ owner }) => isFor(owner, scope));
  }

  /**
   * Returns the cancellation that `error` was caused by through a signal: that of the scope which threw it, of
   * those around that, or of the task.
   */
  causeOf(error: unknown, thrownIn: Scope | undefined): CancelledError | undefined {
    const { controllers } = this.rare;
    if (controllers === undefined) return undefined;
    for (const [scope, { signal }] of controllers) {
      if (!signal.aborted || (scope !== undefined && !isWithin(thrownIn, scope))) continue;
      if (isCausedBy(signal, error)) return becauseOf(signal.reason as CancelledError, error);
    }
    return undefined;
  }

  // ---- debug mode ----

  /** Notes that the task's code calls the library. */
  called(): void {
    this.rare.swallowed?.bodyCalled();
  }
}
