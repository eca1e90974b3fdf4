/**
 * Task: a body that the loop runs, and the future of its result.
 *
 * States, on top of those of a future:
 *   scheduled   `body` is set: the first step stands in the ready queue
 *   stepping    a step is on the stack, or in the microtasks of the task's turn
 *   waiting     `inFlight` is set, or `alsoInFlight` is not empty: what the body waits for, and cancelling the task cancels. An
 *               async body may wait for several things at once (`Promise.all`), and step meanwhile
 *   detached    none of these: the body awaits a promise that is not ours
 *   done        the future has its outcome, and the task has left the list of live tasks; leftovers of the body may still be
 *               in flight
 *
 * **Cancellation.** `cancel()` cancels what is in flight, and the CancelledError comes out of there; code of the task that
 * has nothing in flight gets it at its next suspension. `Cancellation` keeps the books.
 */
import { makeStorage } from "./storage.js";
import type { Body } from "@asyncio-ts/coroutine";
import {
  isGeneratorFunction,
  isSteps,
  unwrapReturned,
  CoroutineDriver,
  takeBody,
} from "@asyncio-ts/coroutine/internal";
import { assertBody } from "@asyncio-ts/coroutine/lowlevel";
import { type CancelledError, Future, isCancelled, isFuture, type Steps } from "@asyncio-ts/future";
import { brandInstances, captureStores, type contract, hasBrand, slot } from "@asyncio-ts/future/internal";
import {
  assertMessage,
  captureContext,
  currentTaskLike,
  followPromise,
  followThenable,
  isPromise,
  keepThen,
  type LoopLike,
  type PendingWait,
  runInside,
  type Runnable,
  type TaskLike,
  thenOf,
  type WakeReason,
} from "@asyncio-ts/future/lowlevel";
import { type EventLoop, getRunningLoop } from "@asyncio-ts/loop";
import { type LoopScheduler, runningScheduler } from "@asyncio-ts/loop/internal";
import { type CancelNode, cancelFrom, type Entered, isCancelNode, takesCancellation } from "./cancel-walk.js";
import { Cancellation, none, type Request } from "./cancellation.js";
import { type LiveTasks, sharedLiveTasks } from "./live-tasks.js";
import { assertLoop, assertName, assertTaskOptions, type TaskOptions } from "./task-options.js";

export type { TaskOptions } from "./task-options.js";

const taskBrand: unique symbol = Symbol.for("asyncio-ts.Task");

/** Whether `value` is a task, of whichever installed version. */
export function isTask(value: unknown): value is Task<unknown> {
  return hasBrand(value, taskBrand);
}

/** All tasks that are not done, in the order in which they were made. */
const live: LiveTasks = sharedLiveTasks();

/**
 * A coroutine that the event loop runs by itself, beside others: a future of the coroutine's result that can also be
 * cancelled at the point where the coroutine is suspended. Made by `createTask` and `TaskGroup.createTask`. Python:
 * `asyncio.Task`.
 *
 * @example
 * ```ts
 * import { isCancelled } from "@asyncio-ts/future";
 * import { createTask, sleep } from "@asyncio-ts/task";
 *
 * const task = createTask(
 *   async () => {
 *     try {
 *       await sleep(60_000);
 *     } finally {
 *       console.log("cleaned up");
 *     }
 *   },
 *   { name: "patience" },
 * );
 * await sleep(10);
 * task.cancel();
 * await task.catch((error) => console.log(isCancelled(error), task));
 * // prints: cleaned up
 * // prints: true <Task 'patience' cancelled>
 * ```
 */
export class Task<T> extends Future<T> implements TaskLike, Runnable, CancelNode, AsyncDisposable {
  static {
    keepThen(this.prototype);
    brandInstances(this.prototype, taskBrand);
  }

  /** For the list of live tasks. */
  previous: Task<unknown> | undefined = undefined;
  /** For the list of live tasks. */
  next: Task<unknown> | undefined = undefined;

  /** The context in which the task was made; from the first step on, its driver or its promise has it. */
  context: contract.AsyncContext | undefined;
  private body: Body<T> | undefined;
  private label: string | number;
  private inFlight: PendingWait | undefined = undefined;
  private alsoInFlight: Set<PendingWait> | undefined = undefined;
  private cancellation: Cancellation | undefined = undefined;
  private beingCancelled = false;

  /** Made by `createTask`. */
  constructor(body: Body<T>, loop: LoopLike, options?: TaskOptions) {
    if (options !== undefined) assertTaskOptions(options);
    // Taken now, so that a coroutine awaited twice is an error of the line that does it.
    const taken = takeBody(body, "createTask()");
    super({ loop });
    const scheduler = this.scheduler as LoopScheduler;
    this.label = options?.name === undefined ? ++live.numbered : options.name;
    this.body = taken as Body<T>;
    if (scheduler.closed) throw new Error("a task was made for an event loop that is closed");
    // Programs that have generators alone pay nothing for contexts, unless an AsyncLocalStorage has a store in this one.
    const mayBeAsync =
      slot.storage !== undefined || (typeof body === "function" && !isGeneratorFunction(body));
    this.context = mayBeAsync ? captureContext() : captureStores();
    if (options?.eagerStart !== true) scheduler.schedule(this);
    live.add(this as Task<unknown>);
    if (options?.eagerStart === true) this.begin();
  }

  /** The name in error messages and reports. Python: `get_name()`, `set_name()`. */
  get name(): string {
    return typeof this.label === "number" ? `Task-${this.label}` : this.label;
  }

  set name(name: string) {
    assertName(name);
    this.label = name;
  }

  /**
   * The generator or function that the first step will run, taken out of the coroutine object if one was given; undefined from
   * the first step on.
   */
  get coroutine(): Body<T> | undefined {
    return this.body;
  }

  /** The loop that runs the task. Python: `get_loop()`. */
  override getLoop(): EventLoop {
    return this.scheduler.loop as EventLoop;
  }

  // ---- cancellation ----

  /**
   * Asks the task to stop: a `CancelledError` with this message is thrown at the point where it is suspended. False,
   * and nothing happens, if the task is done. Python: `cancel()`.
   *
   * What has arrived for the task already is delivered first, and the error comes at the next suspension. A task that
   * has not begun never begins. The body may catch the error to clean up; it should let it pass in the end.
   *
   * @throws TypeError if the message is no string.
   */
  override cancel(message?: string): boolean {
    assertMessage(message);
    if (this.done()) return super.cancel();
    this.requestCancel(message, undefined);
    return true;
  }

  private requestCancel(message: string | undefined, owner: object | undefined, entered?: Entered): void {
    const { inFlight } = this;
    const target = inFlight?.target();
    if (this.alsoInFlight !== undefined || isCancelNode(target)) {
      cancelFrom(this as Task<unknown>, message, owner, entered);
      return;
    }
    // The commonest: one wait, and what it waits for waits for nothing else.
    const cancellation = (this.cancellation ??= new Cancellation(this as Task<unknown>));
    cancellation.request(message, owner);
    this.beingCancelled = true;
    inFlight?.cancelWait(message);
    this.beingCancelled = false;
    cancellation.abort();
  }

  /** For `cancelFrom`: a request, and the cancellation of all waits in flight. */
  *cancelSteps(message: string | undefined, owner?: object): Generator<CancelNode, boolean, boolean> {
    const cancellation = (this.cancellation ??= new Cancellation(this as Task<unknown>));
    cancellation.request(message, owner);
    this.beingCancelled = true;
    for (const wait of this.waits()) {
      const target = wait.target();
      if (takesCancellation(target)) {
        yield target;
        cancellation.passedOn(wait, target);
      } else {
        cancellation.passedOn(wait, undefined);
        wait.cancelWait(message);
      }
    }
    this.beingCancelled = false;
    cancellation.abort();
    return true;
  }

  /** For `Cancellation`: cancels one wait, and what that waits for. */
  cancelWait(wait: PendingWait, message: string | undefined): void {
    const target = wait.target();
    if (takesCancellation(target)) {
      cancelFrom(target, message);
      this.cancellation?.passedOn(wait, target);
    } else wait.cancelWait(message);
  }

  /** For those that cancel many tasks: as `cancel()`, but leaves out what `entered` shows to have been cancelled with others. */
  cancelAmong(entered: Entered): void {
    if (!this.done() && !entered.has(this as Task<unknown>))
      this.requestCancel(undefined, undefined, entered);
  }

  /** For timeouts and task groups: a request of their own, which `takeBack` with the same owner takes back. */
  cancelFor(owner: object): void {
    if (!this.done()) this.requestCancel(undefined, owner);
  }

  /** Takes the owner's request back, and returns how many are left. */
  takeBack(owner: object): number {
    return this.cancellation?.takeBack(owner) ?? 0;
  }

  /** For timeouts, as they are entered: the requests that were there before, for `stillCounted`. */
  requests(): readonly Request[] {
    return this.cancellation?.all ?? none;
  }

  /** For timeouts: how many requests there are without their own. */
  stillCounted(before: readonly Request[]): number {
    return before === none ? 0 : (this.cancellation as Cancellation).stillCounted(before);
  }

  /** For timeouts and task groups, as they are entered: what their code knows of requests, for `wasThrownSince`. */
  toldUntil(): number {
    return this.cancellation?.toldUntil ?? 0;
  }

  /** For timeouts and task groups: whether a request that was not taken back was thrown into their body. */
  wasThrownSince(then: number): boolean {
    return this.cancellation?.thrownSince(then) ?? false;
  }

  /** For timeouts and task groups: has what was thrown into their body delivered again, at the next suspension. */
  renewCancellation(then: number, before?: readonly Request[]): void {
    this.cancellation?.renew(then, before);
  }

  /** The cancellation that an error stands for: itself, or the abort of the task's signal that caused it. */
  cancellationIn(error: unknown): CancelledError | undefined {
    return isCancelled(error) ? error : this.cancellation?.causeOf(error);
  }

  /** How many cancellations were asked for and not taken back by `uncancel()`. Python: `cancelling()`. */
  cancelling(): number {
    return this.cancellation?.outstanding ?? 0;
  }

  /**
   * Takes back one request made by `cancel()`; if there is none, the latest of a timeout or group. Returns how many are left. At 0 a cancellation not yet delivered is
   * withdrawn, and the task gets a new signal. For code that ends a cancellation which it asked for itself, as
   * timeouts and task groups do. Python: `uncancel()`.
   */
  uncancel(): number {
    return this.cancellation?.takeBack(undefined) ?? 0;
  }

  /**
   * Is aborted when the task is cancelled, with the `CancelledError` as reason: for what understands an AbortSignal,
   * such as `fetch`. An `AbortError` that it causes counts as the cancellation.
   */
  get signal(): AbortSignal {
    return (this.cancellation ??= new Cancellation(this as Task<unknown>)).signal;
  }

  /**
   * Cancels the task and waits until it has stopped, `await using task = createTask(…)`; does nothing if the task is done.
   *
   * @throws the error that the task fails with while it stops.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.done()) return;
    this.cancel();
    const stopped = new Future<void>({ loop: this.scheduler });
    this.arm({
      run: () => {
        if (!stopped.done()) stopped.setResult();
      },
    });
    await stopped;
    if (this.failed() && !this.bringsCancellation()) throw this.reason();
  }

  // ---- what a task does not have ----

  /** @throws Error: the result of a task is what its body returns. */
  override setResult(_value: T): never {
    throw new Error(`setResult() on ${this}: a task's result is what its body returns; use a Future instead`);
  }

  /** @throws Error: the error of a task is what its body throws. */
  override setException(_error: unknown): never {
    throw new Error(
      `setException() on ${this}: a task's error is what its body throws; use a Future instead`,
    );
  }

  // ---- for the loop: the first step ----

  run(): void {
    const cancelled = this.cancellation?.beforeFirstStep();
    if (cancelled === undefined) this.begin();
    else {
      this.body = undefined;
      this.threw(cancelled);
    }
  }

  private begin(): void {
    const { context } = this;
    const body = this.body as Body<T>;
    this.body = undefined;
    this.context = undefined;
    // A coroutine object has been taken; what it gave is a generator, or a function.
    if (typeof body !== "function") {
      this.drive(body as Steps<T>, context);
      return;
    }
    const stepper: FirstStep = { awaiter: this as Task<unknown>, context };
    try {
      const opened = unwrapReturned(
        stepper,
        isGeneratorFunction(body) ? body() : runInside(stepper, callAndFollow, body as () => unknown),
      );
      if (opened !== followed) this.proceed(opened, stepper);
    } catch (error) {
      this.threw(error);
    }
  }

  /** Goes on with what the body has returned. */
  private proceed(opened: unknown, stepper: FirstStep): void {
    if (isSteps(opened)) this.drive(opened, stepper.context);
    else if (isFuture(opened)) this.drive(opened[Symbol.iterator](), stepper.context);
    else {
      const returned = (value: unknown): void => this.returned(value as T);
      const threw = (error: unknown): void => this.threw(error);
      if (isPromise(opened) && followPromise(opened, returned, threw)) return;
      const then = thenOf(opened);
      if (then === undefined) this.returned(opened as T);
      // A `then` of the user's runs inside the task, as the body did.
      else runInside(stepper, followThenable, opened, then, returned, threw);
    }
  }

  private drive(steps: Steps<unknown>, context: contract.AsyncContext | undefined): void {
    const driver = new TaskDriver(this as Task<unknown>, steps);
    if (context === undefined) driver.advance(undefined, false);
    else {
      driver.within(context);
      driver.resume(undefined, false);
    }
  }

  /** For the drivers: the body has returned. */
  returned(value: T): void {
    if (this.done()) return;
    live.delete(this as Task<unknown>);
    this.finish(value);
    this.cancellation?.ended(true);
  }

  /** For the drivers: the body has thrown. */
  threw(error: unknown): void {
    if (this.done()) return;
    live.delete(this as Task<unknown>);
    const cancelled = this.cancellationIn(error);
    if (cancelled === undefined) this.fail(error);
    else this.endCancelled(cancelled);
    this.cancellation?.ended(false);
  }

  // ---- for the drivers: waits ----

  suspended(wait: PendingWait): void {
    if (this.inFlight === undefined) this.inFlight = wait;
    else (this.alsoInFlight ??= new Set()).add(wait);
    this.cancellation?.suspended(wait);
  }

  resumed(wait: PendingWait, outcome: WakeReason): Error | undefined {
    if (this.inFlight === wait) this.inFlight = undefined;
    else this.alsoInFlight?.delete(wait);
    return this.cancellation?.resumed(wait, outcome);
  }

  /** In debug mode: the body calls the library. */
  called(): void {
    this.cancellation?.called();
  }

  /** Whether something outside this library may wake the task, as far as it can tell. See `Waker`. */
  mayWakeFromOutside(inTurn: Set<contract.Waker>): boolean {
    if (this.body !== undefined) return false;
    const waits = this.waits();
    return waits.length === 0 || waits.some((wait) => wait.waitsOutside(inTurn));
  }

  /** What the task waits for, in words; empty if that is nothing of this library. */
  waitsFor(): string[] {
    if (this.body !== undefined) return ["its first step"];
    return [...this.waits()].map((wait) => wait.describeWait());
  }

  override isBeingCancelled(): boolean {
    return this.beingCancelled;
  }

  override wakeReason(): WakeReason {
    const outcome = super.wakeReason();
    return outcome === "value" && this.threwAfter(0) ? "swallowed" : outcome;
  }

  reachedAt(): number {
    return this.cancellation?.reachedAt ?? 0;
  }

  threwAfter(reached: number): boolean {
    return this.cancellation?.threwAfter(reached) === true;
  }

  protected override stateName(): string {
    return !this.done() && this.cancelling() > 0 ? "cancelling" : super.stateName();
  }

  private waits(): PendingWait[] {
    const waits = this.inFlight === undefined ? [] : [this.inFlight];
    return this.alsoInFlight === undefined ? waits : [...waits, ...this.alsoInFlight];
  }

  protected override describe(): string {
    return `Task '${this.name}'`;
  }
}

/** The first step of a body that is a function; afterwards it has the context in which the task goes on. */
interface FirstStep extends contract.StepContext {
  context: contract.AsyncContext | undefined;
}

const followed: unique symbol = Symbol("followed");

/**
 * Calls a body inside its task. If that is an async function, the task is told of its end by two functions that all
 * tasks share: who called them is the task in whose context they run. Measured against two closures for each task: 155
 * of 1,530 bytes of a sleeping one.
 */
function callAndFollow(body: () => unknown): unknown {
  const returned = body();
  const promise = isPromise(returned);
  if (promise && slot.storage && followPromise(returned, bodyReturned, bodyThrew)) return followed;
  // What there is to drive goes on in the context that the function has left: it has the task in it.
  if (!promise) (slot.stepping as FirstStep).context = captureContext();
  return returned;
}

function bodyReturned(value: unknown): void {
  (currentTaskLike() as Task<unknown>).returned(value);
}

function bodyThrew(error: unknown): void {
  (currentTaskLike() as Task<unknown>).threw(error);
}

class TaskDriver extends CoroutineDriver {
  declare readonly awaiter: Task<unknown>;

  protected override returned(value: unknown): void {
    this.awaiter.returned(value);
  }

  protected override threw(error: unknown): void {
    this.awaiter.threw(error);
  }
}

/**
 * Has the loop run a body by itself, beside the code that goes on here. Its first step comes in the next iteration.
 * Python: `asyncio.create_task`.
 *
 * @param body a coroutine object, a generator object, or a function that returns a promise (`async () => …`)
 * @throws TypeError if it is given something else: a promise, for instance, is running already, and cannot be cancelled
 *
 * @example
 * ```ts
 * import { createTask, sleep } from "@asyncio-ts/task";
 *
 * const task = createTask(async () => {
 *   await sleep(10);
 *   return "done";
 * });
 * console.log(task.done(), await task);
 * // prints: false done
 * ```
 */
export function createTask<T>(body: Body<T>, options?: TaskOptions): Task<T> {
  return new Task(body, runningScheduler(), options);
}

/**
 * The task that the calling code runs in; undefined outside every task. Python: `asyncio.current_task`.
 *
 * @example
 * ```ts
 * import { createTask, currentTask } from "@asyncio-ts/task";
 *
 * await createTask(async () => console.log(currentTask()?.name), { name: "worker" });
 * console.log(currentTask());
 * // prints: worker
 * // prints: undefined
 * ```
 */
export function currentTask(): Task<unknown> | undefined {
  return currentTaskLike() as Task<unknown> | undefined;
}

/**
 * The tasks of a loop that are not done, in the order in which they were made. Python: `asyncio.all_tasks`.
 *
 * @example
 * ```ts
 * import { allTasks, createTask, sleep } from "@asyncio-ts/task";
 *
 * const task = createTask(() => sleep(10), { name: "rest" });
 * console.log([...allTasks()].map(({ name }) => name));
 * await task;
 * console.log(allTasks().size);
 * // prints: [ 'rest' ]
 * // prints: 0
 * ```
 */
export function allTasks(loop: EventLoop = getRunningLoop()): Set<Task<unknown>> {
  assertLoop(loop);
  return live.of(loop);
}

/**
 * The signal of the current task: aborted when the task is cancelled, which is how timeouts and task groups end a body
 * too. Outside every task, one that is never aborted.
 *
 * Ask for it anew for each wait: once a cancellation has been dealt with, the task has a new one. All that uses it is
 * aborted together; for a signal of one wait alone there is `abortable`.
 *
 * @example
 * ```ts
 * import { createTask, currentSignal, sleep } from "@asyncio-ts/task";
 *
 * const task = createTask(async () => {
 *   currentSignal().addEventListener("abort", () => console.log("aborted"));
 *   await sleep(1000);
 * });
 * await sleep(0);
 * task.cancel();
 * // prints: aborted
 * ```
 */
export function currentSignal(): AbortSignal {
  return currentTask()?.signal ?? new AbortController().signal;
}

slot.makeStorage ??= makeStorage;
slot.makeTask ??= (body, scheduler, place) => {
  assertBody(body, place);
  return new Task(body as Body<unknown>, scheduler);
};
