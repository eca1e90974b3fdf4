/**
 * TaskGroup: tasks that belong together, and end together.
 *
 * States:
 *   created    `task`, the parent of the tasks, undefined
 *   entered    the body runs, or the group waits for its tasks
 *   aborting   `aborting`: tasks are being cancelled; new ones are refused
 *   finished   `exiting`, and no tasks are left
 * entered → aborting when a task fails, the body throws, a cancellation arrives from outside, or `cancel()`
 * is called. The group itself cancels the parent at most once (`parentCancelled`), to end the body; that
 * request is the group's own, and taken back at the end. A CancelledError ends here only if it was thrown for
 * that request alone. If it was thrown for others too (a timeout around the group, a cancellation from
 * outside), it leaves the group, or, if errors leave in its place, is delivered again.
 */
import { cancellationOf, requestCancel } from "./members.js";
import { type Body, Coroutine, isCoroutine } from "@asyncio-ts/coroutine";
import { assertBody, type BodyFor, runBody } from "@asyncio-ts/coroutine/lowlevel";
import { type CancelledError, Future, isCancelled, type Steps } from "@asyncio-ts/future";
import { type contract, astray, foreignStores, slot } from "@asyncio-ts/future/internal";
import {
  atCallOf,
  inspectAsString,
  type LoopLike,
  type Linked,
  LinkedList,
  type Runnable,
  type StepContext,
  arm,
  failureReason,
  hasFailed,
  waitFacts,
  type WaitFacts,
  waitsOutside,
} from "@asyncio-ts/future/lowlevel";
import { cancellationIn } from "./cancellation.js";
import { Visits } from "./cancel-walk.js";
import { isInterrupt, type KeyboardInterrupt } from "./errors.js";
import { ExceptionGroup } from "./exception-group.js";
import type { Origin } from "./origin.js";
import { Scope } from "./scopes.js";
import { createTask, currentTask, Task, type TaskOptions } from "./task.js";

/**
 * A group of tasks that belong together: it ends when all have ended, and if one fails, it cancels the others
 * and the body. Python: `asyncio.TaskGroup`.
 *
 * @example
 * ```ts
 * import { sleep, TaskGroup } from "@asyncio-ts/task";
 *
 * const results = await new TaskGroup().with(async (group) => {
 *   const slow = group.createTask(async () => sleep(20, "slow"));
 *   const fast = group.createTask(async () => sleep(10, "fast"));
 *   return [slow, fast];
 * });
 * console.log(results.map((task) => task.result()).join(" and "));
 * // prints: slow and fast
 * ```
 */
export class TaskGroup extends Scope {
  static {
    inspectAsString(this.prototype);
  }

  /** The context in which the group was entered, if it has stores of AsyncLocalStorages. */
  private context: contract.AsyncContext | undefined = undefined;
  /** The parent of the tasks. @internal */
  declare task: Task<unknown> | undefined;
  /** The ends of the tasks that are not done. A Set of the tasks costs a fifth more for each. */
  private readonly ends: LinkedList<TaskEnd> = new LinkedList();
  private readonly errors: unknown[] = [];
  private exiting = false;
  private aborting = false;
  private parentCancelled = false;
  private emptied: Future<void> | undefined = undefined;
  /** The latest origin of its tasks. @internal */
  latestOrigin: Origin | undefined = undefined;
  /** The number up to which the parent had been told of requests when the body began. */
  private toldBefore = 0;
  /** The Ctrl-C that the body or a task threw: thrown again as it is, once all tasks have stopped. */
  private interrupt: KeyboardInterrupt | undefined = undefined;

  constructor() {
    super();
    // oxlint-disable-next-line prefer-rest-params -- they are none of the signature
    if (arguments.length > 0) {
      throw new TypeError(
        "new TaskGroup() takes no arguments; write new TaskGroup().with(async (group) => …)",
      );
    }
  }

  /**
   * Runs `body` with this group, waits for all tasks of the group, and returns the body's result. Outside
   * every task it makes one for the body. Python: `async with TaskGroup() as group`.
   *
   * When cancelled from outside, it cancels its tasks, waits for them, and throws the `CancelledError`. When
   * `cancel()` ended the body, it resolves to undefined, which is not in its type: few groups are cancelled, and
   * their bodies rarely return anything. Otherwise write `group.with<T | undefined>(…)`.
   *
   * @throws ExceptionGroup with the errors of the tasks, in the order in which they failed, the body's last;
   * Error if the group was used before.
   */
  with<T, Given = unknown>(body: BodyFor<Given, "TaskGroup.with()", T, [group: TaskGroup]>): Coroutine<T> {
    assertBody(body, "TaskGroup.with()", TaskGroup.prototype.with);
    return new Coroutine(this.entering(body as Body<T, [TaskGroup]>), "TaskGroup.with");
  }

  /**
   * Creates a task in this group. It belongs to the group's loop wherever this is called: also in a callback
   * of the runtime, such as that of a socket. There it sees the context variables of the task that entered the
   * group, and the AsyncLocalStorage stores that were there, unless the callback has stores of its own. Python:
   * `create_task()`.
   *
   * @throws Error if the group was not entered, is shutting down, or has finished.
   */
  createTask<T, Given = unknown>(body: BodyFor<Given, "createTask()", T>, options?: TaskOptions): Task<T> {
    if (this.state !== "entered") {
      // The error is enough: debug mode must not also report that it was never awaited.
      if (isCoroutine(body)) body.take();
      const message = `createTask() on ${this}; call it inside group.with(…), before the group ends`;
      throw atCallOf(TaskGroup.prototype.createTask, new Error(message));
    }
    const outside = slot.variables?.outside(this.task);
    // No closures: they would cost each call.
    const task = outside
      ? this.makeOutside(outside, body as Body<T>, options)
      : this.make(body as Body<T>, options);
    if (task.done()) this.taskDone(task as Task<unknown>);
    else {
      const end = new TaskEnd(this, task as Task<unknown>, this.task);
      this.ends.add(end);
      task[arm](end);
    }
    return task;
  }

  /**
   * Ends the group without an error: cancels its tasks and its body. `with` resolves to undefined, or to the
   * body's result if it had returned already: see there for its type. Python 3.15: `cancel()`.
   *
   * @throws Error if the group was not entered.
   *
   * @example
   * ```ts
   * import { sleep, TaskGroup } from "@asyncio-ts/task";
   *
   * await new TaskGroup().with(async (group) => {
   *   group.createTask(async () => {
   *     await sleep(10);
   *     console.log("found it");
   *     group.cancel();
   *   });
   *   group.createTask(() => sleep(60_000));
   * });
   * console.log("nothing is left running");
   * // prints: found it
   * // prints: nothing is left running
   * ```
   */
  cancel(): void {
    if (this.task === undefined) {
      throw atCallOf(
        TaskGroup.prototype.cancel,
        new Error(`cancel() on ${this}; call it inside group.with(…)`),
      );
    }
    this.abort();
    if (this.state !== "finished") this.cancelParent();
  }

  private get state(): "not entered" | "entered" | "shutting down" | "finished" {
    if (this.task === undefined) return "not entered";
    if (this.exiting && this.ends.length === 0) return "finished";
    return this.aborting ? "shutting down" : "entered";
  }

  override toString(): string {
    return `<TaskGroup ${this.state}, ${this.ends.length} tasks, ${this.errors.length} errors>`;
  }

  private *entering<T>(body: Body<T, [group: TaskGroup]>): Steps<T> {
    if (this.task !== undefined)
      throw new Error(`with() on ${this}, which was entered before; make a new TaskGroup`);
    const parent = currentTask();
    if (parent === undefined) return yield* createTask(() => this.entering(body), { name: "TaskGroup" });
    this.context = foreignStores.capture();
    this.toldBefore = parent[cancellationOf]()?.toldUntil ?? 0;
    this.enterScope(parent);
    let result: T | undefined;
    let failure: { readonly error: unknown } | undefined;
    try {
      result = yield* runBody(body, this as TaskGroup);
    } catch (error) {
      failure = { error };
    }
    // Asked while the scope still has its signal.
    const cancelled = failure && cancellationIn(failure.error, parent[cancellationOf](), this);
    this.leaveScope(parent);
    yield* this.leaving(parent, failure, cancelled);
    return result as T;
  }

  private *leaving(
    parent: Task<unknown>,
    failure: { readonly error: unknown } | undefined,
    bodyCancelled: CancelledError | undefined,
  ): Steps<void> {
    this.exiting = true;
    let cancellation = bodyCancelled;
    if (failure !== undefined) {
      if (isInterrupt(failure.error)) this.interrupt ??= failure.error;
      this.abort();
    }
    // In a loop: the wait is cancelled whenever the parent is.
    while (this.ends.length > 0) {
      this.emptied = new GroupEmptied(this, this.ends);
      try {
        yield* this.emptied;
      } catch (error) {
        if (!isCancelled(error)) throw error;
        cancellation = error;
        this.abort();
      }
      this.emptied = undefined;
    }
    if (this.interrupt !== undefined) throw this.interrupt;
    const requests = parent[cancellationOf]();
    if (this.parentCancelled) {
      requests?.takeBack(this);
      if (requests?.thrownSince(this.toldBefore) !== true) cancellation = undefined;
    }
    if (failure !== undefined && bodyCancelled === undefined) this.errors.push(failure.error);
    if (cancellation !== undefined && this.errors.length === 0) throw cancellation;
    if (this.errors.length === 0) return;
    // A cancellation from outside gives way to the errors, but must not be forgotten; as in asyncio, nor must
    // those that were thrown before the group was entered.
    requests?.renew(0);
    throw astray(new ExceptionGroup("unhandled errors in a TaskGroup", this.errors));
  }

  /** Called by the end of a task. @internal */
  ended(end: TaskEnd): void {
    this.ends.delete(end);
    this.taskDone(end.task);
  }

  /** Notes that a task is done. */
  private taskDone(task: Task<unknown>): void {
    if (this.ends.length === 0 && this.emptied !== undefined && !this.emptied.done())
      this.emptied.setResult();
    if (!task[hasFailed]()) return;
    const reason = task[failureReason]();
    if (task.cancelled()) return;
    this.errors.push(reason);
    if (isInterrupt(reason)) this.interrupt ??= reason;
    if (!this.aborting) {
      this.abort();
      this.cancelParent();
    }
  }

  private make<T>(body: Body<T>, options: TaskOptions | undefined): Task<T> {
    const { scheduler } = this.task as Task<unknown>;
    return this.context === undefined
      ? new Task(body, scheduler, options, this)
      : makeWithStores(this.context, body, scheduler, options, this);
  }

  /** Makes a task outside every task and callback: it sees the context variables of the parent. */
  private makeOutside<T>(step: StepContext, body: Body<T>, options: TaskOptions | undefined): Task<T> {
    const { stepping } = slot;
    slot.stepping = step;
    try {
      return this.make(body, options);
    } finally {
      slot.stepping = stepping;
    }
  }

  private cancelParent(): void {
    if (this.parentCancelled) return;
    this.parentCancelled = true;
    this.task?.[requestCancel](undefined, this);
  }

  private abort(): void {
    if (this.aborting) return;
    this.aborting = true;
    const visits = new Visits();
    for (let end = this.ends.first; end !== undefined; end = end.next) {
      end.task[requestCancel](undefined, undefined, visits);
    }
  }
}

/** Makes a task in the caller's context, or, if that has no stores, in `context`. */
function makeWithStores<T>(
  context: contract.AsyncContext,
  body: Body<T>,
  scheduler: LoopLike,
  options: TaskOptions | undefined,
  group: TaskGroup,
): Task<T> {
  const make = (): Task<T> => new Task(body, scheduler, options, group);
  return foreignStores.capture() === undefined ? context.runInAsyncScope(make) : make();
}

/** The end of a task of a group, which tells the group. */
class TaskEnd implements Runnable, Linked {
  previous: this | undefined = undefined;
  next: this | undefined = undefined;
  readonly task: Task<unknown>;
  private readonly group: TaskGroup;
  readonly awaiter: Task<unknown> | undefined;

  constructor(group: TaskGroup, task: Task<unknown>, parent: Task<unknown> | undefined) {
    this.group = group;
    this.task = task;
    this.awaiter = parent;
  }

  run(): void {
    this.group.ended(this);
  }
}

/** The future of the end of a group's tasks. */
class GroupEmptied extends Future<void> {
  private readonly group: TaskGroup;
  private readonly ends: LinkedList<TaskEnd>;

  constructor(group: TaskGroup, ends: LinkedList<TaskEnd>) {
    super();
    this.group = group;
    this.ends = ends;
  }

  /** @internal */
  override [waitsOutside](inTurn: Set<contract.Waker>): boolean {
    for (let end = this.ends.first; end !== undefined; end = end.next) inTurn.add(end.task);
    return false;
  }

  /** @internal */
  [waitFacts](): WaitFacts {
    return { kind: "group", group: this.group, left: this.ends.length };
  }

  protected override describe(): string {
    return `the tasks of ${this.group}`;
  }
}
