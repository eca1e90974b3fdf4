/**
 * EventLoop: a queue of runnables that are ready, timers that will be, and the one place (`drive`) that runs them.
 *
 * **Turns.** Running one runnable is a turn. When it has put something on the microtask queue that belongs to it (it
 * resumed an async function: `slot.microtasksQueued`), the loop goes on only once that queue has drained. So a step of a
 * task ends, however deeply its async functions are nested, before the next one begins, and the order of events is
 * that of asyncio. Steps of generators touch no microtask and run back to back.
 *
 * **Iterations.** An iteration runs what was ready at its start (`left` counts down); what becomes ready meanwhile
 * waits for the next. Timers that are due join in between, by deadline and then by creation.
 *
 * **Slices.** The turns of a loop follow each other without I/O in between, so after SLICE milliseconds it lets the
 * host poll. The clock is read every 16 turns: reading it costs as much as a step.
 *
 * **Wakes.** Whoever wakes an idle loop has it drive once the microtasks have drained, before any I/O. Every fourth time
 * the host polls first: without that a coroutine that awaits one promise after the other would keep I/O and timers out for
 * ever. It also has a server take what arrives together in one slice: measured on Node 20, 62,000 requests a second of
 * handlers in tasks became 68,000, of 84,000 bare ones.
 *
 * States:
 *   stopped   `running` undefined: what is scheduled waits
 *   driving   `running`, `awake`: `drive` is on the stack, or the host is about to call it
 *   idle      `running`, not `awake`: nothing is ready; `endWait` ends the wait for the next timer
 *   closed    `closed`: takes no more callbacks
 * `awake` is true in every state but idle, so scheduling has one flag to look at.
 */
import { type ExceptionContext, Future, isFuture } from "@asyncio-ts/future";
import {
  brandInstances,
  type contract,
  debug,
  realTime,
  reportFailure,
  slot,
} from "@asyncio-ts/future/internal";
import {
  assertFunction,
  assertMilliseconds,
  assertOptions,
  describe,
  follow,
  hasMethods,
  inspectAsString,
  isPromiseLike,
  readFlag,
  reportException,
  type Runnable,
  runOutside,
  type Scheduler,
} from "@asyncio-ts/future/lowlevel";
import type { ArgumentsOf, Executor, FunctionName, ReturnOf, ShutdownOptions } from "./executor.js";
import { Handle, TimerHandle } from "./handle.js";
import { detectHost, type Host } from "./host.js";
import { ReadyQueue } from "./ready-queue.js";
import { type Timed, TimerQueue } from "./timer-queue.js";

const SLICE = 1;
const WAKES_PER_POLL = 4;
const settled = Promise.resolve();
/** For slices, and the watch of debug mode: the real time, on a virtual loop too. */
const clock = realTime;
const TURNS_PER_LOOK_AT_THE_CLOCK = 16;

/** Marks event loops, so that other installed versions recognize them. */
export const eventLoopBrand: unique symbol = Symbol.for("asyncio-ts.EventLoop");

/**
 * Handles what nobody can catch. It may call `loop.defaultExceptionHandler(context)`. What it throws, or the promise that it
 * returns is rejected with, is reported by the default handler.
 */
export type ExceptionHandler = (loop: EventLoop, context: ExceptionContext) => void;

/** Options for `new EventLoop()` and `newEventLoop()`. */
export interface EventLoopOptions {
  /** The runtime that the loop lives in. Default: the one that this code runs in. */
  readonly host?: Host;
  /** Debug mode. Default: whether the environment variable ASYNCIO_DEBUG is set, and not to 0. */
  readonly debug?: boolean;
  /** Puts what is ready at the start of an iteration into another order. For tests: see `explore`. */
  readonly order?: (ready: Runnable[]) => Runnable[];
}

interface Running {
  readonly promise: Promise<void>;
  resolve(): void;
}

/**
 * Runs callbacks, and the steps of tasks, one after the other. Python: `asyncio.BaseEventLoop`.
 *
 * JavaScript has no way to block, so `runForever` and `runUntilComplete` return promises; everything else is as in
 * Python, with times in milliseconds.
 *
 * @example
 * ```ts
 * import { newEventLoop } from "@asyncio-ts/loop";
 *
 * const loop = newEventLoop();
 * loop.callLater(10, () => {
 *   console.log("later");
 *   loop.stop();
 * });
 * loop.callSoon(console.log, "soon");
 * await loop.runForever();
 * loop.close();
 * // prints: soon
 * // prints: later
 * ```
 */
export class EventLoop implements Scheduler {
  static {
    inspectAsString(this.prototype);
    brandInstances(this.prototype, eventLoopBrand);
  }

  /** In debug mode, a callback or step that takes longer than this many milliseconds is reported. */
  slowCallbackDuration = 100;
  /** For the packages of this library: errors that nobody has retrieved. */
  readonly failures: Set<contract.Failure> = new Set();
  /** For the packages of this library: in debug mode, coroutines that nobody has awaited. */
  readonly unawaited: Set<contract.Unawaited> = new Set();
  /** For the packages of this library: the jobs of workers whose futures belong to this loop, until they are done. */
  readonly jobs: Set<Future<unknown>> = new Set();
  /** For the packages of this library: the workers of such jobs that are being ended; promises that never reject. */
  readonly endings: Set<Promise<void>> = new Set();
  /** For the packages of this library: the number of turns so far. */
  turns = 0;

  private readonly host: Host;
  private readonly ready = new ReadyQueue();
  private readonly timers = new TimerQueue();
  private readonly order: ((ready: Runnable[]) => Runnable[]) | undefined;
  private debugMode = false;
  private watched: { readonly runnable: Runnable; readonly start: number } | undefined = undefined;
  private left = 0;
  private awake = true;
  private wakes = 0;
  private iterated = false;
  private stopping = false;
  private closed = false;
  private running: Running | undefined = undefined;
  private endWait: (() => void) | undefined = undefined;
  private sliceEnd: number | undefined = undefined;
  /**
   * Whether the host can drain the microtasks in this slice; undefined until the first turn that has any. It can't in a
   * microtask, and this may be one where a program has replaced `nextTick` or the timers.
   */
  private drains: boolean | undefined = undefined;
  private exceptionHandler: ExceptionHandler | undefined = undefined;
  private defaultExecutor: Executor<never> | undefined = undefined;
  private readonly executors: Set<Executor<never>> = new Set();
  private readonly signalHandlers: Map<string, () => void> = new Map();

  /** @throws TypeError if an option has a value that it can't have. */
  constructor(options?: EventLoopOptions) {
    if (options !== undefined) assertLoopOptions(options);
    this.host = options?.host ?? detectHost();
    this.order = options?.order;
    this.debug = options?.debug ?? debugFromEnvironment();
  }

  /** Debug mode: checks that cost time, and reports that help to find a mistake. Python: `get_debug()`, `set_debug()`. */
  get debug(): boolean {
    return this.debugMode;
  }

  set debug(on: boolean) {
    if (typeof on !== "boolean") {
      throw new TypeError(`debug of an EventLoop must be true or false, got ${describe(on)}`);
    }
    this.debugMode = on;
    if (on) slot.checks ??= debug.checks;
  }

  // ---- callbacks and timers ----

  /**
   * Calls `callback(...args)` in the next iteration. Python: `call_soon()`.
   *
   * @throws Error if the loop is closed.
   */
  callSoon<Args extends unknown[]>(callback: (...args: Args) => unknown, ...args: Args): Handle {
    this.assertOpen();
    assertFunction(callback, "callSoon");
    this.noteForeignTurn("callSoon");
    const handle = new Handle(this, callback, args);
    this.schedule(handle);
    return handle;
  }

  /**
   * Calls `callback(...args)` after `delay` milliseconds. Python: `call_later()`.
   *
   * @throws Error if the loop is closed, TypeError if the delay is no number.
   */
  callLater<Args extends unknown[]>(
    delay: number,
    callback: (...args: Args) => unknown,
    ...args: Args
  ): TimerHandle {
    assertMilliseconds(delay, "callLater");
    return this.setTimer("callLater", this.time() + delay, delay, callback, args);
  }

  /**
   * Calls `callback(...args)` when `time()` has come to `when`; callbacks of one moment are called in the order in
   * which they were made. Python: `call_at()`.
   *
   * @throws Error if the loop is closed, TypeError if the time is no number.
   */
  callAt<Args extends unknown[]>(
    when: number,
    callback: (...args: Args) => unknown,
    ...args: Args
  ): TimerHandle {
    this.assertOpen();
    assertMilliseconds(when, "callAt");
    return this.setTimer("callAt", when, 0, callback, args);
  }

  private setTimer<Args extends unknown[]>(
    where: string,
    when: number,
    delay: number,
    callback: (...args: Args) => unknown,
    args: Args,
  ): TimerHandle {
    this.assertOpen();
    assertFunction(callback, where);
    this.noteForeignTurn(where);
    const handle = new TimerHandle(this, when, delay, callback, args);
    this.addTimer(handle);
    return handle;
  }

  /** The monotonic time of this loop, in milliseconds. Python: `time()`. */
  time(): number {
    return this.host.now();
  }

  /** A future of this loop. Python: `create_future()`. */
  createFuture<T>(): Future<T> {
    return new Future<T>({ loop: this });
  }

  // ---- running ----

  /**
   * Runs until `stop()` is called. Python: `run_forever()`, which blocks where this returns a promise.
   *
   * @throws Error if the loop runs already, or is closed.
   */
  runForever(): Promise<void> {
    this.assertOpen();
    if (this.running !== undefined) throw new Error("this event loop is running already");
    let resolve!: () => void;
    const promise = new Promise<void>((resolved) => (resolve = resolved));
    this.running = { promise, resolve };
    this.iterated = false;
    this.wake();
    return promise;
  }

  /**
   * Runs until the future is done, and gives its result. A coroutine, or another body, is made a task first, for
   * which `@asyncio-ts/task` must have been imported. Python: `run_until_complete()`.
   *
   * @throws the error of the future; Error if the loop runs already, is closed, or is stopped before that.
   */
  async runUntilComplete<T>(awaitable: PromiseLike<T> | (() => PromiseLike<T>)): Promise<T> {
    this.assertOpen();
    if (this.running !== undefined) throw new Error("this event loop is running already");
    const future = this.futureOf<T>(awaitable);
    const stop = (): void => this.stop();
    future.addDoneCallback(stop);
    await this.runForever();
    future.removeDoneCallback(stop);
    if (!future.done()) throw new Error(`the event loop was stopped before ${future} was done`);
    return future.result();
  }

  /** Stops the loop at the end of the present iteration; before it runs: after one iteration. Python: `stop()`. */
  stop(): void {
    this.stopping = true;
    if (!this.awake) this.wake();
  }

  /** Python: `is_running()`. */
  isRunning(): boolean {
    return this.running !== undefined;
  }

  /** Python: `is_closed()`. */
  isClosed(): boolean {
    return this.closed;
  }

  /**
   * Closes the loop: drops what it has scheduled, cancels the jobs that workers do for it, and reports the errors that
   * nobody retrieved. Python: `close()`.
   *
   * @throws Error if the loop is running.
   */
  close(): void {
    if (this.running !== undefined) throw new Error("cannot close a running event loop; stop() it first");
    if (this.closed) return;
    this.closed = true;
    this.timers.clear();
    for (const signal of this.signalHandlers.keys()) this.removeSignalHandler(signal);
    while (this.ready.shift() !== undefined);
    this.cancelJobs("the event loop was closed");
    this.reportWhatIsLeft();
  }

  // ---- errors ----

  /** Sets what is called with errors that nobody can catch; undefined for the default. Python: `set_exception_handler()`. */
  setExceptionHandler(handler: ExceptionHandler | undefined): void {
    if (handler !== undefined && typeof handler !== "function") {
      throw new TypeError(
        `setExceptionHandler() needs a function, or undefined for the default, got ${describe(handler)}`,
      );
    }
    this.exceptionHandler = handler;
  }

  /** Python: `get_exception_handler()`. */
  getExceptionHandler(): ExceptionHandler | undefined {
    return this.exceptionHandler;
  }

  /** Writes the message, and the error with its stack, to `console.error`. Python: `default_exception_handler()`. */
  defaultExceptionHandler(context: ExceptionContext): void {
    assertContext(context, "defaultExceptionHandler");
    reportException(context);
  }

  /** Reports what nobody can catch, to the exception handler. Python: `call_exception_handler()`. */
  callExceptionHandler(context: ExceptionContext): void {
    assertContext(context, "callExceptionHandler");
    if (this.exceptionHandler === undefined) {
      this.handleByDefault(context);
      return;
    }
    const threw = (exception: unknown): void => {
      this.handleByDefault({ message: "the exception handler of the loop threw an error", exception });
      this.handleByDefault(context);
    };
    try {
      const returned: unknown = this.exceptionHandler(this, context);
      // It may be an async function, and nobody else awaits it.
      if (typeof returned === "object" && returned !== null) follow(returned, () => {}, threw);
    } catch (exception) {
      threw(exception);
    }
  }

  /** Neither the report nor the error of a subclass's handler may be lost, or stop the loop. */
  private handleByDefault(context: ExceptionContext): void {
    try {
      this.defaultExceptionHandler(context);
    } catch (exception) {
      reportException({ message: "the default exception handler of the loop threw an error", exception });
      reportException(context);
    }
  }

  // ---- executors ----

  /**
   * Runs a function of the executor's module there; a future of what it returns. With null, the default executor runs
   * it. Python: `run_in_executor()`.
   *
   * @throws Error if the loop is closed, or there is no default executor; TypeError if the executor is none, or the name no
   * string.
   */
  runInExecutor<F, K extends FunctionName<F>>(
    executor: Executor<F> | null,
    name: K,
    ...args: ArgumentsOf<F, K>
  ): Future<ReturnOf<F, K>> {
    this.assertOpen();
    if (executor !== null) assertExecutor(executor, "runInExecutor", ", or null for the default one");
    if (typeof name !== "string") {
      throw new TypeError(
        `runInExecutor() needs the name of a function of the executor's module, got ${describe(name)}; ` +
          "a function itself can't be sent to another thread",
      );
    }
    const chosen = executor ?? (this.defaultExecutor as unknown as Executor<F> | undefined);
    if (chosen === undefined) {
      throw new Error(
        "this event loop has no default executor; set one with " +
          "setDefaultExecutor(new ThreadPoolExecutor(new URL('./work.js', import.meta.url)))",
      );
    }
    return chosen.submit(name, ...args);
  }

  /** Sets the executor that `runInExecutor(null, …)` uses, and that is shut down with the loop. Python: `set_default_executor()`. */
  setDefaultExecutor(executor: Executor<never>): void {
    assertExecutor(executor, "setDefaultExecutor");
    this.defaultExecutor = executor;
    this.adoptExecutor(executor);
  }

  /** Has `shutdownDefaultExecutor()`, and so the end of `run()`, shut this executor down as well. */
  adoptExecutor(executor: Executor<never>): void {
    assertExecutor(executor, "adoptExecutor");
    this.assertOpen();
    this.executors.add(executor);
  }

  /**
   * Shuts down the default executor, and others that were adopted; they finish the jobs that they have. With `timeout`
   * the jobs that are left after so many milliseconds are cancelled. At the end of `run()` all of them are, without
   * waiting. Python: `shutdown_default_executor(timeout)`, which after that time leaves the jobs running.
   *
   * @throws TypeError if the timeout is no number.
   */
  async shutdownDefaultExecutor(options?: ShutdownOptions): Promise<void> {
    assertOptions(options, "shutdownDefaultExecutor");
    const executors = [...this.executors];
    this.executors.clear();
    this.defaultExecutor = undefined;
    await Promise.all(executors.map((executor) => executor.shutdown(options)));
  }

  /**
   * For the packages of this library, at the end of a run: cancels all jobs, and shuts the adopted executors down. Done
   * when nothing of that is left running. False: there is nothing to do.
   */
  endJobs(message: string): false | Promise<unknown> {
    const { jobs, endings, executors } = this;
    if (jobs.size === 0 && endings.size === 0 && executors.size === 0) return false;
    this.cancelJobs(message);
    return Promise.all([this.shutdownDefaultExecutor({ timeout: 0 }), ...endings]);
  }

  /** For the packages of this library: cancels all jobs. */
  cancelJobs(message: string): void {
    for (const job of this.jobs) job.cancel(message);
  }

  // ---- signals ----

  /**
   * Calls `callback(...args)` in the loop for each signal of that name that the process gets, such as "SIGINT"; it
   * takes the place of one that was set before. Python: `add_signal_handler()`.
   *
   * @throws Error if the loop is closed, TypeError if there is no such signal. In a runtime without signals it is never
   * called.
   */
  addSignalHandler<Args extends unknown[]>(
    signal: string,
    callback: (...args: Args) => unknown,
    ...args: Args
  ): void {
    this.assertOpen();
    if (typeof signal !== "string") {
      throw new TypeError(
        `addSignalHandler() needs the name of a signal, such as "SIGINT", got ${describe(signal)}`,
      );
    }
    assertFunction(callback, "addSignalHandler");
    this.removeSignalHandler(signal);
    const remove = this.host.onSignal(signal, () => this.callSoon(callback, ...args));
    this.signalHandlers.set(signal, remove);
  }

  /** Takes the callback of a signal off. False if there is none. Python: `remove_signal_handler()`. */
  removeSignalHandler(signal: string): boolean {
    const remove = this.signalHandlers.get(signal);
    if (remove === undefined) return false;
    remove();
    return this.signalHandlers.delete(signal);
  }

  toString(): string {
    const state = this.closed ? "closed" : this.running === undefined ? "stopped" : "running";
    return `<EventLoop ${state}${this.debugMode ? ", in debug mode" : ""}>`;
  }

  // ---- for the packages of this library ----

  /** Puts a runnable at the end of the ready queue. On a closed loop nothing will run, and nothing happens. */
  schedule(runnable: Runnable): void {
    if (this.closed) return;
    this.ready.push(runnable);
    if (!this.awake) this.wake();
  }

  /** Has `timer` run at its deadline. */
  addTimer(timer: Timed): void {
    this.timers.add(timer);
    if (!this.awake) this.wake();
  }

  /** Takes a timer back; nothing happens if it is not set. */
  removeTimer(timer: Timed): void {
    this.timers.remove(timer);
    // Nothing is left to wait for, and nothing may hold the process open for it.
    if (!this.awake && this.timers.size === 0) this.beginWait(undefined);
  }

  /** Reports errors that nobody retrieved and, in debug mode, coroutines that nobody awaited. */
  reportWhatIsLeft(): void {
    for (const unawaited of this.unawaited) debug.reportUnawaited(unawaited, this);
    for (const failure of this.failures) reportFailure(failure, this);
  }

  /** See `Host.whenExiting`. */
  whenExiting(callback: () => void): void {
    this.host.whenExiting(callback);
  }

  /** See `Host.whenExhausted`. */
  whenExhausted(callback: (certain: boolean) => void): () => void {
    return this.host.whenExhausted(callback);
  }

  // ---- the one place that runs callbacks ----

  private wake(): void {
    this.awake = true;
    this.endWait?.();
    this.endWait = undefined;
    const polls = ++this.wakes % WAKES_PER_POLL === 0;
    // Run outside the waker's context, or the next turn would be attributed to its task.
    runOutside(() => (polls ? this.host.afterPoll(this.drive) : this.host.afterMicrotasks(this.drive)));
  }

  private readonly drive = (): void => {
    const { host } = this;
    if (this.watched !== undefined) this.endWatch();
    if (slot.afterTurn !== undefined) endTurn();
    if (this.sliceEnd === undefined) this.beginSlice();
    for (;;) {
      if (this.left === 0 && !this.beginIteration()) return;
      this.takeTurns();
      if (slot.microtasksQueued) {
        // In no method of its own: each frame below a microtask takes the place of one more in the stack of an error.
        if (this.drains === undefined) void settled.then(this.noteDrained);
        if (this.drains !== false) {
          let threw = true;
          try {
            host.drainMicrotasks?.();
            threw = false;
          } finally {
            // A foreign nextTick callback threw: let it propagate, and reschedule the loop.
            if (threw) host.afterMicrotasks(this.drive);
          }
        }
        if (this.drains !== true) {
          this.drains = false;
          host.afterMicrotasks(this.sliceIsOver() ? this.poll : this.drive);
          return;
        }
        if (this.watched !== undefined) this.endWatch();
        if (slot.afterTurn !== undefined) endTurn();
      }
      if (this.sliceIsOver()) {
        this.poll();
        return;
      }
    }
  };

  private beginSlice(): void {
    this.awake = true;
    this.sliceEnd = clock.now() + SLICE;
    this.drains = this.host.drainMicrotasks === undefined ? false : undefined;
  }

  private readonly noteDrained = (): void => {
    // Not if it comes too late.
    if (this.drains === undefined) this.drains = true;
  };

  /**
   * Runs turns back to back, until one has microtasksQueued the microtask queue, the iteration is over, or the clock is due to be
   * looked at.
   */
  private takeTurns(): void {
    const { ready } = this;
    const { running } = slot;
    slot.running = this;
    slot.turn = undefined;
    slot.microtasksQueued = false;
    try {
      do {
        this.left--;
        this.turns++;
        const runnable = ready.shift() as Runnable;
        if (this.debugMode) this.watched = { runnable, start: clock.now() };
        try {
          runnable.run();
        } catch (exception) {
          this.callExceptionHandler({ message: "a step of the event loop threw an error", exception });
        }
        // A turn that has microtasksQueued the microtask queue is over when that has drained.
        if (slot.microtasksQueued) return;
        if (this.watched !== undefined) this.endWatch();
      } while (this.left > 0 && !this.clockIsDue());
    } finally {
      slot.running = running;
    }
  }

  private endWatch(): void {
    const { runnable, start } = this.watched as NonNullable<typeof this.watched>;
    this.watched = undefined;
    const duration = clock.now() - start;
    if (duration < this.slowCallbackDuration) return;
    this.callExceptionHandler({
      message:
        `${describeRunnable(runnable)} held the event loop for ${Math.round(duration)} ms ` +
        `(slowCallbackDuration is ${this.slowCallbackDuration}); let others run with sleep(0), or use a thread`,
      handle: runnable,
    });
  }

  private clockIsDue(): boolean {
    return this.turns % TURNS_PER_LOOK_AT_THE_CLOCK === 0;
  }

  private sliceIsOver(): boolean {
    return this.clockIsDue() && clock.now() >= (this.sliceEnd as number);
  }

  private readonly poll = (): void => {
    this.sliceEnd = undefined;
    this.host.afterPoll(this.drive);
  };

  /** False: there is nothing to run now. */
  private beginIteration(): boolean {
    if (this.stopping && this.iterated) {
      this.finish();
      return false;
    }
    this.iterated = true;
    const deadline = this.timers.size > 0 ? this.collectDueTimers() : undefined;
    if (this.order !== undefined) this.reorder(this.order);
    this.left = this.ready.length;
    if (this.left > 0) return true;
    if (this.stopping) this.finish();
    else {
      this.awake = false;
      this.sliceEnd = undefined;
      this.beginWait(deadline);
    }
    return false;
  }

  private beginWait(deadline: number | undefined): void {
    this.endWait?.();
    this.endWait = this.host.wait(deadline, this.drive);
  }

  private reorder(order: (ready: Runnable[]) => Runnable[]): void {
    const ready: Runnable[] = [];
    for (let next = this.ready.shift(); next !== undefined; next = this.ready.shift()) ready.push(next);
    for (const runnable of order(ready)) this.ready.push(runnable);
  }

  /** Moves what is due to the ready queue, and says when the next one is. */
  private collectDueTimers(): number | undefined {
    const now = this.host.now();
    for (;;) {
      const timer = this.timers.peek();
      if (timer === undefined) return undefined;
      if (timer.deadline > now) return timer.deadline;
      this.timers.remove(timer);
      this.ready.push(timer);
    }
  }

  private finish(): void {
    const { running } = this;
    this.stopping = false;
    this.running = undefined;
    this.awake = true;
    running?.resolve();
  }

  private futureOf<T>(awaitable: unknown): Future<T> {
    if (isFuture(awaitable)) return awaitable as Future<T>;
    if (slot.makeTask === undefined) {
      throw new TypeError(
        `runUntilComplete() needs a future, got ${isPromiseLike(awaitable) ? "a promise" : describe(awaitable)}; ` +
          "import @asyncio-ts/task to have coroutines and functions made tasks",
      );
    }
    return slot.makeTask(awaitable, this, "runUntilComplete()") as unknown as Future<T>;
  }

  private noteForeignTurn(where: string): void {
    if (!this.debugMode || slot.running === undefined || slot.running === this) return;
    this.callExceptionHandler({
      message: `${where}() was called on an event loop inside a turn of another one; use getRunningLoop() there`,
    });
  }

  private assertOpen(): void {
    if (this.closed) throw new Error("this event loop is closed; make a new one with newEventLoop()");
  }
}

/** Tells whoever has asked that the microtasks of the turn have drained. */
function endTurn(): void {
  const { afterTurn } = slot;
  slot.afterTurn = undefined;
  afterTurn?.turnEnded();
}

function describeRunnable(runnable: Runnable): string {
  if (runnable.awaiter !== undefined) return `a step of ${String(runnable.awaiter)}`;
  return isFuture(runnable) ? `the first step of ${runnable}` : `a ${runnable.constructor.name}`;
}

function assertLoopOptions(options: EventLoopOptions): void {
  const where = "new EventLoop";
  assertOptions(options, where);
  readFlag(options, "debug", where);
  const { host, order } = options;
  if (order !== undefined) assertFunction(order, `order of ${where}`);
  if (host === undefined || hasMethods(host, "now", "afterMicrotasks", "afterPoll", "wait", "onSignal"))
    return;
  throw new TypeError(
    `${where}() needs a host that is a Host, got ${describe(host)}; leave it out for this runtime`,
  );
}

function assertExecutor(value: unknown, where: string, otherwise = ""): void {
  if (hasMethods(value, "submit", "shutdown")) return;
  throw new TypeError(`${where}() needs an executor${otherwise}, got ${describe(value)}`);
}

function assertContext(context: unknown, where: string): void {
  if (typeof context === "object" && context !== null) return;
  throw new TypeError(`${where}() needs an object with a message, got ${describe(context)}`);
}

function debugFromEnvironment(): boolean {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  const value = process?.env?.["ASYNCIO_DEBUG"];
  return value !== undefined && value !== "" && value !== "0";
}
