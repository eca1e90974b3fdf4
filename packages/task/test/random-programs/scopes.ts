/** The promises about the ends of timeouts and task groups. */
import { isCancelled } from "@asyncio-ts/future";
import { ExceptionGroup, type Task, type TaskGroup, type Timeout, TimeoutError } from "@asyncio-ts/task";
import type { Line, Request, World } from "./model.js";

export interface Failure {
  readonly error: unknown;
}

/** A scope as it was entered, and how its body ended. */
export interface Entered {
  readonly told: number;
  readonly maybeTold: number;
  /** When the scope was made, and when its body began: it was entered in between. */
  readonly made: number;
  at: number;
  bodyEnded: number;
  bodyFailed: Failure | undefined;
}

export function enter(world: World, line: Line): Entered {
  const made = ++world.position;
  const { told, maybeTold } = line;
  return { told, maybeTold, made, at: made, bodyEnded: 0, bodyFailed: undefined };
}

/** The requests of other owners that may have been thrown into the scope, and those that certainly were. */
function foreign(line: Line, entered: Entered, owner: object): { certain: Request[]; possible: Request[] } {
  const others = line.of.requests.filter((one) => one.owner !== owner);
  return {
    certain: others.filter(
      (one) => one.ended === undefined && one.asked > entered.maybeTold && one.asked < line.told,
    ),
    possible: others.filter(
      (one) => one.asked > entered.told && (one.ended === undefined || one.ended > entered.at),
    ),
  };
}

/** Nothing is promised to the lines that a task leaves behind. */
function isOver(world: World, line: Line): boolean {
  if (!line.of.isDone()) return false;
  world.count("exempt: a scope in a line that its task has left behind");
  return true;
}

/** Tells whether an error stands for a cancellation. */
export function isCancellation(failure: Failure | undefined): boolean {
  if (failure === undefined) return false;
  return isCancelled(failure.error) || (failure.error as Error | undefined)?.name === "AbortError";
}

export function timeoutEnds(
  world: World,
  line: Line,
  timeout: Timeout,
  entered: Entered,
  failed: Failure | undefined,
): void {
  const { bodyFailed } = entered;
  if (isOver(world, line)) return;
  world.checkCount(line, "a timeout");
  if (!isCancellation(bodyFailed)) {
    if (failed?.error !== bodyFailed?.error) world.wrong("owners: a timeout has changed how its body ended");
    return;
  }
  const all = foreign(line, entered, timeout);
  const [certain, possible] = [all.certain, all.possible].map((requests) =>
    requests.filter((one) => one.asked > entered.at),
  ) as [Request[], Request[]];
  const isOwn = failed?.error instanceof TimeoutError && failed.error !== bodyFailed?.error;
  if (line.of.doubtful) world.count("in doubt: whose request ended a timeout");
  else if (line.of.lastUncancel > entered.made)
    world.count("exempt: a timeout in which uncancel() was called");
  else if (all.possible.some((one) => one.asked > entered.made && one.asked < entered.at)) {
    world.count("ambiguous: a request as a timeout was entered");
  } else if (timeout.expired() && certain.length > 0) {
    world.count("a timeout and a foreign request");
    if (isOwn) world.wrong("owners: a timeout took the CancelledError of a foreign request");
  } else if (timeout.expired() && possible.length === 0) {
    world.count("a timeout alone");
    if (!isOwn) world.wrong("owners: a timeout's own CancelledError came out of it");
  } else if (!timeout.expired() && failed?.error !== bodyFailed?.error) {
    world.wrong("owners: a timeout that has not expired has changed a CancelledError");
  } else world.count("a timeout, ambiguous or foreign");
  // asyncio forgets those that were due before, and so do we those that the task made itself.
  const isBefore = (one: Request): boolean => one.asked <= entered.at && !one.isOwn;
  if (!isOwn || !all.possible.some(isBefore)) return;
  world.count("a timeout, and a request from before that is due again");
  const { maybeTold } = line;
  dueAgain(world, line, entered);
  if (!all.certain.some(isBefore)) line.maybeTold = maybeTold;
}

/** Notes that what was thrown into a scope has made way for its own error. */
function dueAgain(world: World, line: Line, entered: Entered): void {
  line.told = Math.min(line.told, entered.told);
  line.maybeTold = Math.min(line.maybeTold, line.of.doubtful ? Infinity : entered.maybeTold);
  line.of.lastAsked = ++world.position;
  line.wasRenewed = true;
  line.of.renewedIn = world.scheduler.turns;
}

export interface Children {
  readonly tasks: Task<unknown>[];
  /** In the order in which they ended, with the position. */
  readonly ended: Map<Task<unknown>, number>;
  cancelled: boolean;
}

export function groupEnds(
  world: World,
  line: Line,
  group: TaskGroup,
  children: Children,
  entered: Entered,
  failed: Failure | undefined,
  ownRequest: boolean,
): void {
  const { bodyFailed } = entered;
  if (isOver(world, line)) return;
  world.checkCount(line, "a group");
  if (children.tasks.some((task) => !task.done())) world.wrong("owners: a group has left a task running");
  const errors = [...children.ended.keys()]
    .filter((task) => task.done() && !task.cancelled() && task.exception() !== undefined)
    .map((task) => task.exception());
  if (bodyFailed !== undefined && !isCancellation(bodyFailed)) errors.push(bodyFailed.error);
  const last = Math.max(0, ...children.ended.values());
  const waited = last > entered.bodyEnded;
  const outcome = outcomeOf(failed);
  // The renewal of the requests comes first.
  const due = line.of.outstanding().some((one) => one.asked > line.told && one.asked < last);
  if (waited && due && !line.of.doubtful && outcome !== "errors") {
    line.follow(last, last);
    line.of.lastThrown = Math.max(line.of.lastThrown, last);
  }
  const mayBeDue = line.of.requests.some((one) => one.asked > line.told);
  if (children.tasks.length > 0 && mayBeDue && outcome !== "errors")
    world.maybeTell(line, "in the end of a group");
  if (errors.length > 0) {
    world.count("a group with errors");
    // Thrown into the wait for the tasks, and due again.
    if (children.tasks.length > 0 && mayBeDue) {
      line.maybeThrown = line.of.lastMaybeThrown = ++world.position;
    }
    dueAgain(world, line, { ...entered, told: 0, maybeTold: 0 });
    const thrown = failed?.error instanceof ExceptionGroup ? failed.error.errors : [];
    if (thrown.length !== errors.length || errors.some((error, index) => thrown[index] !== error)) {
      world.wrong(`owners: a group threw ${String(failed?.error)} for ${errors.length} errors`);
    }
    return;
  }
  if (outcome === "errors") {
    // The signal of another line's request, whose AbortError came when that had been taken back.
    if (line.of.doubtful) return;
    world.wrong(`owners: a group threw ${String(failed?.error)} without errors of its tasks`);
    return;
  }
  const { certain, possible } = foreign(line, entered, group);
  if (line.of.doubtful) world.count("in doubt: whose request ended a group");
  else if (isCancellation(bodyFailed) && certain.length > 0) {
    world.count("a group and a foreign request");
    if (outcome !== "cancelled") world.wrong("owners: a group took the CancelledError of a foreign request");
  } else if (possible.length === 0 && ownRequest) {
    world.count("a group that was cancelled alone");
    if (outcome !== "returned") world.wrong("owners: a group's own CancelledError came out of it");
  } else if (possible.length === 0 && isCancellation(bodyFailed) !== (outcome === "cancelled")) {
    world.wrong("owners: a group has changed how its body ended");
  } else world.count("a group, undisturbed or ambiguous");
}

function outcomeOf(failed: Failure | undefined): "returned" | "cancelled" | "errors" {
  if (failed === undefined) return "returned";
  return isCancellation(failed) ? "cancelled" : "errors";
}
