/**
 * The promises about cancellation that hold in a run of a random program, checked from what the program
 * itself sees: which of its lines waited for what, how each wait ended, and when requests were made and taken
 * back. See docs/decisions/cancellation.md.
 *
 * Positions number all that is seen. A line's `told` is the position up to which it has certainly been told
 * of requests; `maybeTold` is the same with what the decision page leaves open. A request is owed to a line
 * that was not told since.
 *   never lost      a wait that begins in a line to which a request is certainly owed (beyond `maybeTold`)
 *                   ends with a CancelledError; so does a wait in flight when the request comes, unless its
 *                   value was on its way
 *   not disturbed   a wait that nobody else could cancel ends with a CancelledError only if a request was
 *                   owed (beyond `told`)
 *
 * In doubt (the task's signal was aborted; no promise hooks), "never lost" may be late by the grace, and "not
 * disturbed" ends with it. Exemptions are counted.
 */
import { isCancelled } from "@asyncio-ts/future";
import type { EventLoop } from "@asyncio-ts/loop";
import { type LoopScheduler, partsOf } from "@asyncio-ts/loop/internal";
import { currentTask, type Task } from "@asyncio-ts/task";

const GRACE = 100;

export interface Request {
  readonly owner: object | undefined;
  /** True if the task's own code made it. */
  readonly isOwn: boolean;
  readonly asked: number;
  readonly time: number;
  ended: number | undefined;
}

/** The promises about one wait. */
export interface Promised {
  readonly what: string;
  /** True if it can be cancelled at once. */
  readonly suspends: boolean;
  /** Tells whether its value was there before it could suspend: an `await` takes a microtask to begin. */
  cameAtOnce(): boolean;
  /** True if only a request to its task can cancel it. */
  readonly private: boolean;
  /** True if what it waits for is done, so that the wait does not concern the task. */
  readonly over: boolean;
  /** Tells whether its value may have been on its way when the request came. */
  onItsWay(request: Request): boolean;
}

export class Line {
  /** True once a scope in it has made requests due again. */
  wasRenewed = false;
  readonly of: TaskRecord;
  told: number;
  maybeTold: number;
  /** As `told` and `maybeTold`, but of throws, for which requests may be due again. */
  thrown = 0;
  maybeThrown = 0;
  toldAt = 0;

  constructor(of: TaskRecord, parent?: Line) {
    this.of = of;
    this.told = parent?.told ?? 0;
    this.maybeTold = parent?.maybeTold ?? 0;
    this.toldAt = parent?.toldAt ?? 0;
  }

  /**
   * A scope of another line has made requests due again, and woken this line: the library may have told it,
   * or not.
   */
  renewedBy(told: number): void {
    this.told = Math.min(this.told, told);
    this.wasRenewed = true;
  }

  /** It goes on as that line does, which woke it. */
  follow(told: number, maybeTold: number): void {
    this.told = Math.max(this.told, told);
    this.maybeTold = Math.max(this.maybeTold, maybeTold, this.told);
    this.thrown = Math.max(this.thrown, this.told);
    this.maybeThrown = Math.max(this.maybeThrown, this.maybeTold);
  }
}

/** The facts that are known of a task. */
export class TaskRecord {
  readonly task: Task<unknown>;
  readonly requests: Request[] = [];
  readonly main: Line = new Line(this);
  lastAsked = 0;
  /** When its code last called `uncancel()`. */
  lastUncancel = 0;
  /** The turn in which a scope in it last made requests due again. */
  renewedIn = -1;
  lastThrown = 0;
  lastMaybeThrown = 0;
  doneAt: number | undefined = undefined;
  /** True while its lines are in doubt. */
  doubtful = false;
  /** Counts the waits that were cancelled after they had lasted for the grace. */
  graces = 0;
  doubtSince: number | undefined = undefined;

  constructor(task: Task<unknown>) {
    this.task = task;
  }

  isDone(): boolean {
    return this.doneAt !== undefined || this.task.done();
  }

  outstanding(): Request[] {
    return this.requests.filter((one) => one.ended === undefined);
  }
}

export class World {
  readonly loop: EventLoop;
  readonly scheduler: LoopScheduler;
  readonly withoutHooks: boolean;
  readonly records: Map<Task<unknown>, TaskRecord> = new Map();
  /** The tasks that the program has made, the main one first. */
  readonly tasks: Task<unknown>[] = [];
  readonly log: string[] = [];
  readonly violations: string[] = [];
  readonly counts: Map<string, number> = new Map();
  position = 0;
  linesAlive = 0;

  constructor(loop: EventLoop, withoutHooks: boolean) {
    this.loop = loop;
    this.scheduler = partsOf(loop).scheduler;
    this.withoutHooks = withoutHooks;
  }

  recordOf(task: Task<unknown>): TaskRecord {
    let record = this.records.get(task);
    if (record === undefined) this.records.set(task, (record = new TaskRecord(task)));
    // A line that was left behind may make tasks of another loop.
    if (task.scheduler !== this.scheduler) record.doneAt = 0;
    return record;
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  say(event: string): void {
    this.log.push(`${this.loop.time()} ${event}`);
  }

  wrong(what: string): void {
    if (!this.loop.isClosed()) this.violations.push(what);
    this.say(`VIOLATION ${what}`);
  }

  // ---- requests ----

  asked(task: Task<unknown>, owner: object | undefined): void {
    const record = this.recordOf(task);
    const asked = (record.lastAsked = ++this.position);
    const isOwn = currentTask() === task;
    record.requests.push({ owner, isOwn, asked, time: this.loop.time(), ended: undefined });
    this.say(`request to ${task.name} by ${owner?.constructor.name ?? "cancel()"}`);
    this.count(`request by ${owner?.constructor.name ?? "cancel()"}`);
    if (this.withoutHooks) record.doubtful = true;
  }

  /** `left` is what the library counts afterwards. */
  takenBack(task: Task<unknown>, owner: object | undefined, left: number): void {
    const record = this.recordOf(task);
    const outstanding = record.outstanding();
    const own = outstanding.filter((one) => one.owner === owner);
    let chosen = own[0] ?? outstanding.find((one) => one.owner === undefined) ?? outstanding.at(-1);
    if (owner === undefined) {
      record.lastUncancel = ++this.position;
      chosen = own.find((one) => one.asked < record.lastThrown) ?? own[0] ?? outstanding.at(-1);
    }
    if (chosen !== undefined) chosen.ended = ++this.position;
    this.say(`taken back in ${task.name} by ${owner?.constructor.name ?? "uncancel()"}`);
    if (!record.isDone() && left !== record.outstanding().length) {
      this.wrong(`owners: ${left} requests are left in ${task.name}, not ${record.outstanding().length}`);
    }
  }

  taskEnded(task: Task<unknown>): void {
    this.recordOf(task).doneAt = ++this.position;
  }

  // ---- waits ----

  begins(line: Line, promised: Promised): (error?: { readonly error: unknown }) => void {
    const began = ++this.position;
    const { of: record, told, maybeTold, toldAt } = line;
    const beganAt = this.loop.time();
    const beganIn = this.scheduler.turns;
    // Then it is outside every task.
    const leftBehind = record.isDone();
    const owed = leftBehind ? [] : record.outstanding().filter((one) => one.asked > maybeTold);
    this.say(`${record.task.name} begins ${promised.what}`);
    return (failure) => {
      this.position++;
      const cancelled = failure !== undefined && isCancelled(failure.error);
      this.say(
        `${record.task.name} ends ${promised.what}${failure === undefined ? "" : ` with ${String(failure.error)}`}`,
      );
      const late = this.loop.time() - beganAt;
      if (cancelled) {
        if (late >= GRACE) record.graces++;
        const reasons = record.requests.filter(
          (one) => one.asked > told && (one.ended === undefined || one.ended > began),
        );
        if (reasons.length > 0) this.count(`thrown at ${promised.what.split(" ")[0]}`);
        if (reasons.length === 0 && promised.private && !leftBehind) {
          if (record.doubtful && this.loop.time() - toldAt >= GRACE)
            this.count("in doubt: a clean-up was ended");
          // A turn has one line, for all that the library knows.
          else if (record.renewedIn === beganIn)
            this.count("ambiguous: a group of another line failed in the turn");
          else this.wrong(`disturbed: ${record.task.name} was thrown a CancelledError at ${promised.what}`);
        }
        // A cancellation from long ago is not for the request, and the code may be cleaning up all the same.
        if (promised.over) this.maybeTell(line, "what it awaited had been cancelled before");
        else this.tell(line);
        return;
      }
      if (record.isDone()) return;
      if (promised.suspends && !promised.cameAtOnce()) {
        const missed = owed.filter((one) => one.ended === undefined && one.asked < began);
        if (missed.length > 0) this.lost(record, `begun untold: ${promised.what}`, beganAt, late);
      }
      for (const request of record.outstanding()) {
        if (request.asked < began) continue;
        if (promised.cameAtOnce() || promised.onItsWay(request)) this.count("exempt: a value was on its way");
        else this.lost(record, `in flight: ${promised.what}`, beganAt, late);
      }
    };
  }

  private lost(record: TaskRecord, what: string, beganAt: number, late: number): void {
    if (record.doubtful) {
      if (what.endsWith("gather")) {
        this.count("in doubt: the children of a gather may clean up");
        return;
      }
      record.doubtSince ??= beganAt;
      const waited = this.loop.time() - record.doubtSince;
      this.count("in doubt: late");
      // Each time that it ran out, the grace is doubled.
      if (late <= GRACE * 2 ** record.graces && waited <= GRACE * 2 ** (record.graces + 2)) return;
    }
    this.wrong(`lost: a request to ${record.task.name}, ${what}`);
  }

  /** A CancelledError was thrown into the line. */
  tell(line: Line): void {
    line.told = line.maybeTold = line.thrown = line.maybeThrown = this.position;
    if (!line.of.isDone()) line.of.lastThrown = this.position;
    line.toldAt = this.loop.time();
    line.of.doubtSince = undefined;
  }

  /** It may have been. */
  maybeTell(line: Line, why: string): void {
    if (line.of.outstanding().some((one) => one.asked > line.maybeTold)) this.count(`ambiguous: ${why}`);
    line.maybeTold = line.maybeThrown = line.of.lastMaybeThrown = ++this.position;
  }

  /**
   * A task that the line awaited has ended without a cancellation, which it may have swallowed: in the line
   * that ended it, if requests to it are left.
   */
  childEnded(line: Line, child: TaskRecord): void {
    const outstanding = line.of.outstanding();
    const latest = Math.max(0, ...outstanding.map(({ asked }) => asked));
    const isOwed = child.outstanding().length > 0;
    const thrown = isOwed ? child.main.thrown : child.lastThrown;
    const maybeThrown = Math.max(thrown, isOwed ? child.main.maybeThrown : child.lastMaybeThrown);
    if (maybeThrown <= latest && !child.doubtful) return;
    const wasAsked = child.requests.some(
      ({ owner, isOwn, asked }) => owner === undefined && !isOwn && asked > latest,
    );
    if (wasAsked && thrown > child.lastAsked && !child.doubtful) {
      if (outstanding.length > 0) this.count("told: swallowed by a child");
      this.position++;
      this.tell(line);
    } else this.maybeTell(line, "a child may have swallowed it");
  }

  // ---- ends of scopes ----

  /** Checks what `cancelling()` says. */
  checkCount(line: Line, where: string): void {
    const { task } = line.of;
    const expected = line.of.outstanding().length;
    if (!task.done() && task.cancelling() !== expected) {
      this.wrong(`owners: cancelling() is ${task.cancelling()}, not ${expected}, after ${where}`);
    }
  }
}
