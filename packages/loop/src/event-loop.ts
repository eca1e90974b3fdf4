/**
 * EventLoop: the loop as a program sees it. It is a facade over parts, each of which has a file:
 *   LoopScheduler    the ready queue, the timers, and the turns that run them
 *   SlowTurns        in debug mode, the watch for turns that take too long
 *   ErrorReports     the exception handlers
 *   SignalHandlers   the handlers of the process's signals
 *   Shutdown         what is cancelled, waited for and shut down when the loop ends
 *   Host             the runtime
 * A part never imports the facade, and knows of it only the few members that it calls. So a method that a
 * subclass overrides (an exception handler, `callSoon`) is called by the parts too.
 *
 * Futures, tasks and handles hold the scheduler and not the facade: scheduling costs them one call, and its
 * methods are not among those that a program sees. `scheduler.loop` leads back. The packages of this library
 * get from a loop to its parts by `partsOf(loop)` of `@asyncio-ts/loop/internal`, which finds those of
 * another installed copy too. The public methods of a loop are Python's, and `virtualLoop` and `explore` need
 * only the options `host` and `order`.
 *
 * Rejected: one class that is the scheduler as well. Its members for the packages of this library stood among
 * Python's in every editor's list.
 */
import { type ExceptionContext, Future, isFuture } from "@asyncio-ts/future";
import { type contract, debug, loopParts, slot, variables } from "@asyncio-ts/future/internal";
import {
  assertFunction,
  assertMilliseconds,
  describe,
  hasMethods,
  inspectAsString,
  readFlag,
  reportException,
  type Runnable,
} from "@asyncio-ts/future/lowlevel";
import { assertContext, ErrorReports, reportWhatIsLeft } from "./error-reports.js";
import {
  type ArgumentsOf,
  assertExecutor,
  assertFunctionName,
  type Executor,
  type FunctionName,
  type ReturnOf,
  type ShutdownOptions,
} from "./executor.js";
import { Handle, TimerHandle } from "./handle.js";
import { detectHost, type Host } from "./host.js";
import { LoopScheduler } from "./loop-scheduler.js";
import type { Parts } from "./parts.js";
import { Shutdown } from "./shutdown.js";
import { SignalHandlers } from "./signal-handlers.js";
import { SlowTurns } from "./slow-turns.js";
import { watchWaits } from "./wait-watches.js";

/**
 * Receives errors that no code can catch. It may call `loop.defaultExceptionHandler(context)`. If it throws,
 * or returns a promise that rejects, the default handler reports that error too.
 */
export type ExceptionHandler = (loop: EventLoop, context: ExceptionContext) => void;

/** Options for `new EventLoop()` and `newEventLoop()`. */
export interface EventLoopOptions {
  /** The runtime that the loop uses. Default: the one that this code runs in. */
  readonly host?: Host;
  /** Debug mode. Default: on if the environment variable ASYNCIO_DEBUG is set, and not to 0. */
  readonly debug?: boolean;
  /**
   * Puts the callbacks that are ready at the start of an iteration into another order. For tests: see
   * `explore`.
   */
  readonly order?: (ready: Runnable[]) => Runnable[];
}

/**
 * Runs callbacks and the steps of tasks one after the other. Python: `asyncio.BaseEventLoop`.
 *
 * JavaScript can't block, so `runForever` and `runUntilComplete` return promises. Times are in milliseconds.
 * Everything else is as in Python.
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
export class EventLoop {
  static {
    inspectAsString(this.prototype);
  }

  /** In debug mode, a callback or step that takes longer than this many milliseconds is reported. */
  slowCallbackDuration = 100;

  private readonly scheduler: LoopScheduler;
  private readonly slowTurns: SlowTurns;
  private readonly reports: ErrorReports<EventLoop>;
  private readonly signals: SignalHandlers;
  private readonly shutdown = new Shutdown();
  private defaultExecutor: Executor<never> | undefined = undefined;

  /** @throws TypeError for an invalid option. */
  constructor(options: EventLoopOptions = {}) {
    readFlag(options, "debug", "new EventLoop");
    const { host = detectHost(), order, debug = debugFromEnvironment() } = options;
    assertHost(host);
    if (order !== undefined) assertFunction(order, "order of new EventLoop");
    this.scheduler = new LoopScheduler(this, host, order);
    this.slowTurns = new SlowTurns(this);
    this.reports = new ErrorReports<EventLoop>(this);
    this.signals = new SignalHandlers(host);
    const { scheduler, shutdown, signals } = this;
    const parts: Parts = { scheduler, host, shutdown, signals };
    loopParts.set(this, parts);
    slot.observer?.loopMade(scheduler);
    this.debug = debug;
  }

  /**
   * Debug mode: checks that cost time, and reports that help to find a mistake. Python: `get_debug()`,
   * `set_debug()`.
   */
  get debug(): boolean {
    return this.scheduler.debug;
  }

  set debug(on: boolean) {
    if (typeof on !== "boolean") {
      throw new TypeError(`debug of an EventLoop must be true or false, got ${describe(on)}`);
    }
    this.scheduler.debug = on;
    this.scheduler.removeWatch(this.slowTurns);
    if (!on) return;
    this.scheduler.addWatch(this.slowTurns);
    if (slot.checks !== undefined) return;
    slot.checks = debug.checks;
    watchWaits(debug.checks);
  }

  // ---- callbacks and timers ----

  /**
   * Calls `callback(...args)` in the next iteration. Python: `call_soon()`.
   *
   * @throws Error if the loop is closed.
   */
  callSoon<Args extends unknown[]>(callback: (...args: Args) => unknown, ...args: Args): Handle {
    this.assertMayCall(callback, "callSoon");
    const { scheduler } = this;
    const handle = new Handle(scheduler, callback, args);
    scheduler.schedule(handle);
    return handle;
  }

  /**
   * Calls `callback(...args)` after `delay` milliseconds. Python: `call_later()`.
   *
   * @throws Error if the loop is closed, TypeError if the delay is not a number.
   */
  callLater<Args extends unknown[]>(
    delay: number,
    callback: (...args: Args) => unknown,
    ...args: Args
  ): TimerHandle {
    assertMilliseconds(delay, "callLater", EventLoop.prototype.callLater);
    this.assertMayCall(callback, "callLater");
    return this.setTimer(this.time() + delay, delay, callback, args);
  }

  /**
   * Calls `callback(...args)` once `time()` has reached `when`. Callbacks with the same time are called in
   * the order in which they were scheduled. Python: `call_at()`.
   *
   * @throws Error if the loop is closed, TypeError if the time is not a number.
   */
  callAt<Args extends unknown[]>(
    when: number,
    callback: (...args: Args) => unknown,
    ...args: Args
  ): TimerHandle {
    assertMilliseconds(when, "callAt", EventLoop.prototype.callAt);
    this.assertMayCall(callback, "callAt");
    return this.setTimer(when, 0, callback, args);
  }

  private setTimer<Args extends unknown[]>(
    when: number,
    delay: number,
    callback: (...args: Args) => unknown,
    args: Args,
  ): TimerHandle {
    const { scheduler } = this;
    const handle = new TimerHandle(scheduler, when, delay, callback, args);
    scheduler.addTimer(handle);
    return handle;
  }

  /** Returns the monotonic time of this loop, in milliseconds. Python: `time()`. */
  time(): number {
    return this.scheduler.time();
  }

  /** Creates a future of this loop. Python: `create_future()`. */
  createFuture<T>(): Future<T> {
    return new Future<T>({ loop: this.scheduler });
  }

  // ---- running ----

  /**
   * Runs until `stop()` is called. Python: `run_forever()`, which blocks where this returns a promise.
   *
   * @throws Error if the loop is already running, or closed.
   */
  runForever(): Promise<void> {
    this.assertMayRun();
    return this.scheduler.run();
  }

  /**
   * Runs until the future is done, and returns its result. A coroutine or another body is made a task first;
   * that needs `@asyncio-ts/task` to have been imported. Python: `run_until_complete()`.
   *
   * @throws the error of the future; Error if the loop is already running, closed, or stopped before the
   * future is done.
   */
  async runUntilComplete<T>(awaitable: PromiseLike<T> | (() => PromiseLike<T>)): Promise<T> {
    this.assertMayRun();
    const future = this.futureOf<T>(awaitable);
    const stop = (): void => this.stop();
    future.addDoneCallback(stop);
    await this.runForever();
    future.removeDoneCallback(stop);
    if (!future.done()) throw new Error(`the event loop was stopped before ${future} was done`);
    return future.result();
  }

  /**
   * Stops the loop at the end of the current iteration; if it is not running, after the first one. Python:
   * `stop()`.
   */
  stop(): void {
    this.scheduler.stop();
  }

  /** Returns whether the loop is running. Python: `is_running()`. */
  isRunning(): boolean {
    return this.scheduler.isRunning;
  }

  /** Returns whether the loop is closed. Python: `is_closed()`. */
  isClosed(): boolean {
    return this.scheduler.closed;
  }

  /**
   * Closes the loop: drops everything that is scheduled, cancels the jobs of workers, terminates subprocesses,
   * and reports the errors that nobody retrieved. Python: `close()`.
   *
   * @throws Error if the loop is running.
   */
  close(): void {
    const { scheduler } = this;
    if (scheduler.isRunning) throw new Error("cannot close a running event loop; stop() it first");
    if (scheduler.closed) return;
    scheduler.close();
    this.signals.clear();
    this.shutdown.abandon("the event loop was closed");
    reportWhatIsLeft(scheduler);
  }

  // ---- errors ----

  /**
   * Sets the function that receives errors that no code can catch; undefined for the default. Python:
   * `set_exception_handler()`.
   */
  setExceptionHandler(handler: ExceptionHandler | undefined): void {
    if (handler !== undefined && typeof handler !== "function") {
      throw new TypeError(
        `setExceptionHandler() needs a function, or undefined for the default, got ${describe(handler)}`,
      );
    }
    this.reports.handler = handler;
  }

  /** Returns the function that was set; undefined for the default. Python: `get_exception_handler()`. */
  getExceptionHandler(): ExceptionHandler | undefined {
    return this.reports.handler;
  }

  /**
   * Writes the message, and the error with its stack, to `console.error`. Python:
   * `default_exception_handler()`.
   */
  defaultExceptionHandler(context: ExceptionContext): void {
    assertContext(context, "defaultExceptionHandler");
    reportException(context);
  }

  /** Reports an error that no code can catch to the exception handler. Python: `call_exception_handler()`. */
  callExceptionHandler(context: ExceptionContext): void {
    assertContext(context, "callExceptionHandler");
    this.reports.report(context);
  }

  // ---- executors ----

  /**
   * Has an executor run a function of its module, and returns a future of the result. `null` selects the
   * default executor. Python: `run_in_executor()`.
   *
   * @throws Error if the loop is closed, or has no default executor, or has shut it down; TypeError for an
   * invalid executor, or a name that is not a string.
   */
  runInExecutor<F, K extends FunctionName<F>>(
    executor: Executor<F> | null,
    name: K,
    ...args: ArgumentsOf<F, K>
  ): Future<ReturnOf<F, K>> {
    this.scheduler.assertOpen();
    if (executor !== null) assertExecutor(executor, "runInExecutor", ", or null for the default one");
    assertFunctionName(name, "runInExecutor");
    const { defaultExecutor, shutdown } = this;
    const chosen = executor ?? (defaultExecutor as unknown as Executor<F> | undefined);
    // Once the default executor was shut down, it is the default no longer.
    if (chosen === undefined || (executor === null && !shutdown.toShutDown.has(chosen))) {
      const has = chosen ? "shut down its" : "no";
      throw new Error(
        `this event loop has ${has} default executor; call setDefaultExecutor(new ThreadPoolExecutor(…)) first`,
      );
    }
    return chosen.submit(name, ...args);
  }

  /**
   * Sets the executor that `runInExecutor(null, …)` uses, and that is shut down with the loop. Python:
   * `set_default_executor()`.
   */
  setDefaultExecutor(executor: Executor<never>): void {
    assertExecutor(executor, "setDefaultExecutor");
    this.scheduler.assertOpen();
    this.defaultExecutor = executor;
    this.shutdown.toShutDown.add(executor);
  }

  /**
   * Shuts down the default executor, former ones, and those of `toThread()` in this loop; each finishes the
   * jobs that it has. With `timeout` the jobs that are left after so many milliseconds are cancelled. The end
   * of `run()` cancels all jobs without waiting. Python: `shutdown_default_executor(timeout)`, which after
   * that time leaves the jobs running.
   *
   * @throws TypeError if the timeout is not a number.
   */
  shutdownDefaultExecutor(options?: ShutdownOptions): Promise<void> {
    return this.shutdown.shutDown(options);
  }

  // ---- signals ----

  /**
   * Schedules `callback(...args)` for each signal of that name, such as "SIGINT", that the process receives.
   * It replaces the previous handler. In a runtime without signals it is never called. Python:
   * `add_signal_handler()`.
   *
   * @throws Error if the loop is closed, TypeError if there is no such signal, or no process can handle it.
   */
  addSignalHandler<Args extends unknown[]>(
    signal: string,
    callback: (...args: Args) => unknown,
    ...args: Args
  ): void {
    this.scheduler.assertOpen();
    if (typeof signal !== "string") {
      throw new TypeError(
        `addSignalHandler() needs the name of a signal, such as "SIGINT", got ${describe(signal)}`,
      );
    }
    assertFunction(callback, "addSignalHandler", EventLoop.prototype.addSignalHandler);
    const home: contract.Home = {};
    slot.variables?.keep(home, undefined);
    // All calls share one context, as the handle of a signal in asyncio has one.
    this.signals.set(signal, () => {
      (this.callSoon(callback, ...args) as contract.Home)[variables] = slot.variables?.cellOf(home);
    });
  }

  /** Removes the handler of a signal; returns false if there is none. Python: `remove_signal_handler()`. */
  removeSignalHandler(signal: string): boolean {
    return this.signals.remove(signal);
  }

  toString(): string {
    const { closed, isRunning, debug } = this.scheduler;
    const state = closed ? "closed" : isRunning ? "running" : "stopped";
    return `<EventLoop ${state}${debug ? ", in debug mode" : ""}>`;
  }

  private futureOf<T>(awaitable: unknown): Future<T> {
    if (isFuture(awaitable)) return awaitable as Future<T>;
    if (slot.makeTask === undefined) {
      throw new TypeError(
        `runUntilComplete() needs a future, got ${describe(awaitable)}; import @asyncio-ts/task to run other bodies`,
      );
    }
    return slot.makeTask(awaitable, this.scheduler, "runUntilComplete()") as unknown as Future<T>;
  }

  private assertMayCall(callback: unknown, where: "callSoon" | "callLater" | "callAt"): void {
    const { scheduler } = this;
    scheduler.assertOpen();
    assertFunction(callback, where, EventLoop.prototype[where]);
    if (!scheduler.debug || slot.running === undefined || slot.running === scheduler) return;
    this.callExceptionHandler({
      message: `${where}() was called on an event loop inside a turn of another one; use getRunningLoop() there`,
    });
  }

  private assertMayRun(): void {
    this.scheduler.assertOpen();
    if (this.isRunning()) throw new Error("this event loop is running already");
  }
}

function assertHost(host: unknown): void {
  if (hasMethods(host, "now", "afterMicrotasks", "afterEvents", "wait", "onSignal")) return;
  throw new TypeError(`new EventLoop() needs a Host, or none for this runtime, got ${describe(host)}`);
}

function debugFromEnvironment(): boolean {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  try {
    const value = process?.env?.["ASYNCIO_DEBUG"];
    return Boolean(value) && value !== "0";
  } catch {
    // Deno throws if the program may not read its environment.
    return false;
  }
}
