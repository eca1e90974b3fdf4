/**
 * Task: a body that the loop runs, and the future of its result.
 *
 * States, on top of those of a future:
 *   scheduled   `body` is set: the first step is in the ready queue
 *   stepping    a step is on the stack, or runs in the microtasks of the task's turn
 *   waiting     `inFlight` is set: the body's waits, which cancelling the task cancels. An async body may have
 *               several (`Promise.all`), and step meanwhile
 *   detached    none of these: the body awaits a foreign promise
 *   done        the future has its outcome, and the task has left the list of live tasks; leftovers of the
 *               body may still be in flight
 *
 * **Cancellation.** `cancel()` cancels what is in flight, which then throws the CancelledError into the body.
 * Code without a wait in flight gets it at its next wait. `Cancellation` records what has been told.
 */
import {
  cancelSteps,
  cancellationOf,
  endedInDoubt,
  lastAsked,
  lastThrown,
  requestCancel,
  signalOf,
  returned,
  threw,
  title,
  waitPlaces,
  waits,
  waitsFor,
  waitsNatively,
} from "./members.js";
import { nameOfBody } from "./body-name.js";
import { makeStorage } from "./storage.js";
import type { Body } from "@asyncio-ts/coroutine";
import {
  isGeneratorFunction,
  isNativeGenerator,
  isSteps,
  unwrapReturned,
  CoroutineDriver,
  takeBody,
} from "@asyncio-ts/coroutine/internal";
import { assertBody, type BodyFor } from "@asyncio-ts/coroutine/lowlevel";
import { Future, isFuture, type Steps } from "@asyncio-ts/future";
import { type contract, asyncHooks, foreignStores, slot, variables } from "@asyncio-ts/future/internal";
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
  thenOf,
  type WakeReason,
  arm,
  bringsCancellation,
  called,
  failureReason,
  hasFailed,
  isBeingCancelled,
  resumed,
  suspended,
  waitsOutside,
  wakeReason,
  brandInstances,
  hasBrand,
} from "@asyncio-ts/future/lowlevel";
import { type EventLoop, getRunningLoop } from "@asyncio-ts/loop";
import { type LoopScheduler, partsOf, runningScheduler } from "@asyncio-ts/loop/internal";
import { type CancelNode, cancelFrom, isCancelNode, takesCancellation, type Visits } from "./cancel-walk.js";
import { Cancellation, cancellationIn } from "./cancellation.js";
import { LiveTasks } from "./live-tasks.js";
import { type Origin, type Origins, originOf, outsideGroups } from "./origin.js";
import { currentScope, type Scope, signalIsAsked } from "./scopes.js";
import { assertLoop, assertName, assertTaskOptions, type TaskOptions } from "./task-options.js";

export type { TaskOptions } from "./task-options.js";

const taskBrand: unique symbol = Symbol.for("asyncio-ts.Task");

/** Tells whether `value` is a task, of any installed version. */
export function isTask(value: unknown): value is Task<unknown> {
  return hasBrand(value, taskBrand);
}

/**
 * The tasks that are not done, in the order in which they were made. There is one list for all installed
 * versions, so that the end of a run stops the tasks of each.
 */
const live = (slot.liveTasks ??= new LiveTasks<Task<unknown>>()) as LiveTasks<Task<unknown>>;

/**
 * A coroutine that the event loop runs concurrently with other code: a future of its result, which can also
 * be cancelled where it is suspended. Made by `createTask` and `TaskGroup.createTask`. Python:
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
export class Task<T> extends Future<T> implements AsyncDisposable {
  static {
    keepThen(this.prototype);
    brandInstances(this.prototype, taskBrand);
  }

  /** The task before it in the list of live tasks. @internal */
  previous: Task<unknown> | undefined = undefined;
  /** The task after it in the list of live tasks. @internal */
  next: Task<unknown> | undefined = undefined;
  /**
   * The context in which the task was made; from the first step on, its driver or promise holds that, and
   * this is the scope that the task has entered last. Measured: a field for each is 2 % of a sleeping task.
   * @internal
   */
  surroundings: contract.AsyncContext | Scope | undefined;
  /** The context variables of the task, if any was set when it was made. @internal */
  declare [variables]?: contract.Values | contract.Cell | undefined;
  private body: Body<T> | undefined;
  private label: string | number;
  /** Where it comes from. @internal */
  origin: Origin;
  /** The body's wait, or several by age: a field for each would be 2 % of a sleeping task. */
  private inFlight: Waits | undefined = undefined;
  private cancellation: Cancellation | undefined = undefined;

  /** Use `createTask` to make one; groups give the place of their origins. */
  constructor(body: Body<T>, loop: LoopLike, options?: TaskOptions, origins: Origins = outsideGroups) {
    if (options !== undefined) assertTaskOptions(options);
    // Taken now, so that awaiting a coroutine twice is an error of the line that does it.
    const taken = takeBody(body, "createTask()", Task);
    // Nearly all tasks are given the scheduler, and those cost nothing more.
    const scheduler = "schedule" in loop ? (loop as LoopScheduler) : partsOf(loop).scheduler;
    super({ loop: scheduler });
    this.label = options?.name ?? ++live.numbered;
    // A string of the function's, where the function would keep alive what it closes over. 12 ns.
    const functionName = isNativeGenerator(body) ? "" : nameOfBody(body);
    // A group is made by its parent, and makes its tasks.
    const maker = origins === outsideGroups ? currentTask()?.label : undefined;
    this.origin = originOf(functionName, maker, scheduler.roughTime(), origins);
    this.body = taken as Body<T>;
    if (scheduler.closed) throw new Error("a task was made for an event loop that is closed");
    this.surroundings = contextFor(body);
    const eager = options?.eagerStart === true;
    if (slot.variables !== undefined) slot.variables.keep(this, options?.context, eager);
    // Before it is among all tasks, in case the loop does not take it.
    if (!eager) scheduler.schedule(this);
    live.add(this as Task<unknown>);
    if (scheduler.debug) slot.checks?.notePlace(this);
    slot.observer?.taskMade(this as Task<unknown>);
    if (eager) this.beginAtOnce();
  }

  /** The task's name in error messages and reports. Python: `get_name()`, `set_name()`. */
  get name(): string {
    return typeof this.label === "number" ? `Task-${this.label}` : this.label;
  }

  set name(name: string) {
    assertName(name);
    this.label = name;
  }

  /**
   * The generator or function that the first step will run, taken out of a coroutine object if one was given;
   * undefined from the first step on.
   */
  get coroutine(): Body<T> | undefined {
    return this.body;
  }

  override get [Symbol.toStringTag](): string {
    return "Task";
  }

  /** Returns the loop that runs the task. Python: `get_loop()`. */
  override getLoop(): EventLoop {
    return this.scheduler.loop as EventLoop;
  }

  // ---- cancellation ----

  /**
   * Asks the task to stop: a `CancelledError` with this message is thrown where it is suspended. Returns
   * false, and does nothing, if the task is done. Python: `cancel()`.
   *
   * A value that has arrived for the task is delivered first, and the error at the next wait. A task that has
   * not begun never begins. The body may catch the error to clean up, and should then throw it again.
   *
   * @throws TypeError if the message is not a string.
   */
  override cancel(message?: string): boolean {
    assertMessage(message, Task.prototype.cancel);
    // Cancelling a failed task counts as looking at its error.
    return this[requestCancel](message) || super.cancel();
  }

  /**
   * Makes a request, which `owner`, a timeout or a task group, takes back later. Returns false if the task is
   * done, or one of several walks that begin together, which count their `visits`, has entered it. @internal
   */
  [requestCancel](message?: string, owner?: object, visits?: Visits): boolean {
    if (this.done() || visits?.enter(this as Task<unknown>) === false) return false;
    const { inFlight } = this;
    if (inFlight instanceof Set || isCancelNode(inFlight?.target())) {
      return cancelFrom(this as Task<unknown>, message, owner, visits);
    }
    // The usual case: one wait, for something that waits for nothing else.
    const cancellation = (this.cancellation ??= new Cancellation(this as Task<unknown>));
    cancellation.request(message, owner);
    cancellation.isPassedOn = true;
    inFlight?.cancelWait(message);
    cancellation.isPassedOn = false;
    cancellation.abort(owner);
    if (inFlight === undefined) cancellation.heldUp(owner);
    return true;
  }

  /** Makes a request, and cancels all waits in flight. Called by `cancelFrom`. @internal */
  *[cancelSteps](message: string | undefined, owner?: object): Generator<CancelNode, boolean, boolean> {
    const cancellation = (this.cancellation ??= new Cancellation(this as Task<unknown>));
    cancellation.request(message, owner);
    cancellation.isPassedOn = true;
    for (const wait of this[waits]()) {
      const target = wait.target();
      if (takesCancellation(target)) {
        yield target;
        cancellation.passedOn(wait, target);
      } else {
        cancellation.passedOn(wait, undefined);
        wait.cancelWait(message);
      }
    }
    cancellation.isPassedOn = false;
    cancellation.abort(owner);
    return true;
  }

  /** Returns the record of the requests, if there were any, for the owners of requests. @internal */
  [cancellationOf](): Cancellation | undefined {
    return this.cancellation;
  }

  /** Returns how many requests to cancel were not taken back by `uncancel()`. Python: `cancelling()`. */
  cancelling(): number {
    return this.cancellation?.all.length ?? 0;
  }

  /**
   * Takes back one request made by `cancel()`, else the latest of a timeout or group, and returns how many
   * are left. At 0 a cancellation not yet delivered is withdrawn, and the task gets a new signal. For code
   * that ends a cancellation which it requested itself, as timeouts and task groups do. Python: `uncancel()`.
   */
  uncancel(): number {
    return this.cancellation?.takeBack(undefined) ?? 0;
  }

  /**
   * The signal that is aborted when the task is cancelled, with the `CancelledError` as reason: for functions
   * that take an AbortSignal. An error that it causes counts as the cancellation. A timeout or a task group in
   * the task does not abort it: see `currentSignal()`.
   */
  get signal(): AbortSignal {
    return this[signalOf](undefined);
  }

  /** Returns the signal of a scope, or of the task. @internal */
  [signalOf](scope: Scope | undefined): AbortSignal {
    return (this.cancellation ??= new Cancellation(this as Task<unknown>)).signalOf(scope);
  }

  /**
   * Cancels the task and waits until it has stopped, unless it is done: `await using task = createTask(…)`.
   *
   * @throws the error that the task fails with while it stops.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.done()) return;
    this.cancel();
    const stopped = new Future<void>();
    this[arm]({
      run: () => {
        if (!stopped.done()) stopped.setResult();
      },
    });
    await stopped;
    if (this[hasFailed]() && !this[bringsCancellation]()) throw this[failureReason]();
  }

  // ---- what a task does not have ----

  /** Throws, since the result of a task is what its body returns. */
  override setResult(_value: T): never {
    throw new Error(`setResult() on ${this}: a task's result is what its body returns; use a Future instead`);
  }

  /** Throws, since the error of a task is what its body throws. */
  override setException(_error: unknown): never {
    throw new Error(
      `setException() on ${this}: a task's error is what its body throws; use a Future instead`,
    );
  }

  // ---- for the loop: the first step ----

  /** @internal */
  run(): void {
    const cancelled = this.cancellation?.beforeFirstStep();
    if (cancelled === undefined) this.begin();
    else {
      this.body = undefined;
      this[threw](cancelled);
    }
  }

  /** Begins inside other code, whose context nobody can enter meanwhile. */
  private beginAtOnce(): void {
    const around = slot.variables?.hold();
    try {
      this.begin();
    } finally {
      if (around !== undefined) around.entered = false;
    }
  }

  private begin(): void {
    const context = this.surroundings as contract.AsyncContext | undefined;
    const body = this.body as Body<T>;
    this.body = undefined;
    this.surroundings = undefined;
    // A coroutine object has been unwrapped, to a generator or a function.
    if (typeof body !== "function") {
      this.drive(body as Steps<T>, context);
      return;
    }
    const stepper: FirstStep = { awaiter: this as Task<unknown>, context };
    try {
      let returned: unknown;
      if (isGeneratorFunction(body)) returned = body();
      else {
        returned = runInside(stepper, callAndFollow, body as () => unknown);
        if (returned === followed) return;
        // `() => fetchPage(1)`: the coroutine object tells what the function does not.
        if (this.origin.functionName === "") this.findFunction(returned);
      }
      this.proceed(unwrapReturned(stepper, returned), stepper);
    } catch (error) {
      this[threw](error);
    }
  }

  /** Reads the function's name off the coroutine object that it has returned. */
  private findFunction(returned: unknown): void {
    const name = nameOfBody(returned);
    if (name !== "") this.origin = this.origin.withFunction(name);
  }

  /** Waits for what the body function has returned. */
  private proceed(opened: unknown, stepper: FirstStep): void {
    if (isSteps(opened)) this.drive(opened, stepper.context);
    else if (isFuture(opened)) this.drive(opened[Symbol.iterator](), stepper.context);
    else {
      const fulfilled = (value: unknown): void => this[returned](value as T);
      const rejected = (error: unknown): void => this[threw](error);
      if (isPromise(opened) && followPromise(opened, fulfilled, rejected)) return;
      const then = thenOf(opened);
      if (then === undefined) this[returned](opened as T);
      // A user's `then` runs inside the task, as the body did.
      else runInside(stepper, followThenable, opened, then, fulfilled, rejected);
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

  /** Ends the task with the body's result. Called by drivers. @internal */
  [returned](value: T): void {
    if (this.done()) return;
    live.delete(this as Task<unknown>);
    this.finish(value);
    this.cancellation?.ended(true);
    slot.observer?.taskEnded(this as Task<unknown>);
  }

  /** Ends the task with the body's error. Called by drivers. @internal */
  [threw](error: unknown): void {
    if (this.done()) return;
    live.delete(this as Task<unknown>);
    const cancelled = cancellationIn(error, this.cancellation);
    if (cancelled === undefined) {
      slot.checks?.tellPlace(error, this, `${this[title]()} was created`);
      this.fail(error);
    } else this.endCancelled(cancelled);
    this.cancellation?.ended(false);
    slot.observer?.taskEnded(this as Task<unknown>);
  }

  // ---- for the drivers: waits ----

  /** @internal */
  [suspended](wait: PendingWait): void {
    this.inFlight = this.inFlight === undefined ? wait : withWait(this.inFlight, wait);
    this.cancellation?.suspended(wait);
  }

  /** @internal */
  [resumed](wait: PendingWait, outcome: WakeReason): Error | undefined {
    this.inFlight = this.inFlight === wait ? undefined : withoutWait(this.inFlight, wait);
    return this.cancellation?.resumed(wait, outcome);
  }

  /** Notes, in debug mode, that the body calls the library. @internal */
  [called](): void {
    this.cancellation?.called();
  }

  /** Tells whether something outside this library may wake the task. See `Waker`. @internal */
  override [waitsOutside](inTurn: Set<contract.Waker>): boolean {
    if (this.body !== undefined) return false;
    const all = this[waits]();
    return all.length === 0 || all.some((wait) => wait.waitsOutside(inTurn));
  }

  /** Describes the task's waits; empty if it waits for nothing of this library. @internal */
  [waitsFor](): string[] {
    if (this.body !== undefined) return ["its first step"];
    if (this[waitsNatively]()) return ["a native promise"];
    return this[waits]().map((wait) => wait.describeWait());
  }

  /** Returns, in debug mode, the lines of the program that called what the task waits for. @internal */
  [waitPlaces](): string[] {
    return this[waits]().flatMap((wait) => slot.checks?.placeOf(wait.target()) ?? []);
  }

  /** @internal */
  [waitsNatively](): boolean {
    // No code of the task runs either.
    const hasBegun = this.body === undefined && !this.done();
    return hasBegun && this.inFlight === undefined && currentTaskLike() !== this;
  }

  /** @internal */
  override [isBeingCancelled](): boolean {
    return this.cancellation?.isPassedOn === true;
  }

  /** @internal */
  override [wakeReason](): WakeReason {
    // Not `super[wakeReason]()`: V8 looks a computed name of `super` up anew in each call, 19 ns in place of 3.
    const outcome = Future.prototype[wakeReason].call(this);
    return outcome === "value" && this[lastThrown]() > 0 ? "swallowed" : outcome;
  }

  /** @internal */
  [lastAsked](): number {
    return this.cancellation?.lastAsked ?? 0;
  }

  /** @internal */
  [lastThrown](): number {
    return this.cancellation?.lastThrown ?? 0;
  }

  /** @internal */
  [endedInDoubt](): boolean {
    return this.cancellation?.endedInDoubt ?? false;
  }

  /** @internal */
  protected override expectsWaiter(): boolean {
    return true;
  }

  /** @internal */
  protected override stateName(): string {
    if (this.done() || this.cancelling() === 0) return super.stateName();
    return this.cancellation?.isAbandoned === true ? "abandoned" : "cancelling";
  }

  /** @internal */
  [waits](): PendingWait[] {
    const { inFlight } = this;
    if (inFlight === undefined) return [];
    return inFlight instanceof Set ? [...inFlight] : [inFlight];
  }

  /** @internal */
  protected override describe(): string {
    return this[title]();
  }

  /** Returns the task's name and that of its function: `Task 'poll' (fetchPage)`. @internal */
  [title](): string {
    const { functionName } = this.origin;
    return `Task '${this.name}'${functionName === "" ? "" : ` (${functionName})`}`;
  }
}

type Waits = PendingWait | Set<PendingWait>;

function withWait(inFlight: Waits, wait: PendingWait): Waits {
  return inFlight instanceof Set ? inFlight.add(wait) : new Set([inFlight, wait]);
}

function withoutWait(inFlight: Waits | undefined, wait: PendingWait): Waits | undefined {
  if (!(inFlight instanceof Set)) return inFlight;
  inFlight.delete(wait);
  return inFlight.size > 0 ? inFlight : undefined;
}

/** Programs that have only generators pay nothing for contexts, unless an AsyncLocalStorage has a store. */
function contextFor(body: Body<unknown>): contract.AsyncContext | undefined {
  const mayBeAsync = slot.storage !== undefined || (typeof body === "function" && !isGeneratorFunction(body));
  return mayBeAsync ? captureContext() : foreignStores.capture();
}

/** The step context of a function's first step; then it has the context in which the task goes on. */
interface FirstStep extends contract.StepContext {
  context: contract.AsyncContext | undefined;
}

const followed: unique symbol = Symbol("followed");

/**
 * Calls a body inside its task. An async function reports its end by two functions that all tasks share,
 * which find the task by the context in which they run. Measured against two closures for each task: 155 of
 * 1,530 bytes of a sleeping one.
 */
function callAndFollow(body: () => unknown): unknown {
  const returned = body();
  const promise = isPromise(returned);
  if (promise && slot.storage && followPromise(returned, bodyReturned, bodyThrew)) return followed;
  // A generator or awaitable is driven in the context that the function left, which has the task in it.
  if (!promise) (slot.stepping as FirstStep).context = captureContext();
  return returned;
}

function bodyReturned(value: unknown): void {
  (currentTaskLike() as Task<unknown>)[returned](value);
}

function bodyThrew(error: unknown): void {
  (currentTaskLike() as Task<unknown>)[threw](error);
}

class TaskDriver extends CoroutineDriver {
  declare readonly awaiter: Task<unknown>;

  protected override returned(value: unknown): void {
    this.awaiter[returned](value);
  }

  protected override threw(error: unknown): void {
    this.awaiter[threw](error);
  }
}

/**
 * Starts `body` as a task that runs concurrently with the caller. Its first step is in the loop's next
 * iteration. Python: `asyncio.create_task`.
 *
 * @param body A coroutine object, a generator object, or a function that returns a promise (`async () => …`).
 * @throws TypeError for anything else: a promise, for instance, is already running, and can't be cancelled.
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
export function createTask<T, Given = unknown>(
  body: BodyFor<Given, "createTask()", T>,
  options?: TaskOptions,
): Task<T> {
  return new Task(body as Body<T>, runningScheduler(), options);
}

/**
 * Returns the current task; undefined outside every task. Python: `asyncio.current_task`.
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
 * Returns the tasks of a loop that are not done, in order of creation. Python: `asyncio.all_tasks`.
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
 * Returns the signal of the innermost scope that the calling code is in: the body of a timeout or of a task
 * group, else the current task. It is aborted, with a `CancelledError` as reason, by what cancels that code:
 * the timeout or the group itself, those around it, and `cancel()`. Outside every task, it is one that is
 * never aborted.
 *
 * Whatever error an operation throws because of the signal counts as the cancellation. Ask for the signal
 * again at each wait: once a cancellation has been handled, there is a new one. All users of a signal are
 * aborted together; `abortable` makes a signal for one wait.
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
  signalIsAsked();
  const task = currentTask();
  return task === undefined ? new AbortController().signal : task[signalOf](currentScope(task));
}

slot.stores ??= asyncHooks.stores;
slot.makeStorage ??= makeStorage;
slot.makeTask ??= (body, scheduler, place) => {
  assertBody(body, place);
  return new Task(body as Body<unknown>, scheduler);
};
