/**
 * Runner: a loop for a program, from its start to a clean end.
 *
 * States: created (no loop yet), open (`loop` is set), closed. `run` may be called several times while open,
 * on one loop. `close` cancels the tasks that are left, waits for them, reports their errors, and closes it.
 *
 * These end a run from outside:
 *   a signal          the first cancels the main task, so `finally` blocks run; the second ends the process:
 *                     see `Interruption`
 *   a deadlock        nothing is left that could wake the loop: the run throws a DeadlockError, and the tasks
 *                     are cancelled; if that wakes nothing either, they are given up
 *   `loop.stop()`     as in asyncio an error: the main task has not finished
 *
 * While it runs, and at its end, the runner's loop is that of callbacks of the runtime (`programBegins`). It
 * is no longer when the last tasks have been looked for: what a callback starts then would never be run.
 */
import { cancellationOf } from "./members.js";
import { type Body, Coroutine } from "@asyncio-ts/coroutine";
import { assertBody, type BodyFor, runBody } from "@asyncio-ts/coroutine/lowlevel";
import { type contract, realTime, slot, variables } from "@asyncio-ts/future/internal";
import {
  type ContextLike,
  describe,
  inspectAsString,
  arm,
  readContext,
  waitsOutside,
} from "@asyncio-ts/future/lowlevel";
import { type EventLoop, newEventLoop } from "@asyncio-ts/loop";
import { isEventLoop, partsOf, programBegins } from "@asyncio-ts/loop/internal";
import { formatTasks } from "./call-graph.js";
import { DeadlockError, type KeyboardInterrupt, reportFailureOf } from "./errors.js";
import { ENDED, Interruption } from "./interruption.js";
import { assertRunOptions, type RunOptions } from "./run-options.js";
import { signalsOf } from "./signals.js";
import { StubbornTasks } from "./stubborn.js";
import { allTasks, currentTask, Task } from "./task.js";

export type { RunOptions } from "./run-options.js";

const GRACE_PERIOD = 5000;

/** Options for `Runner.run()`. */
export interface RunnerRunOptions {
  /** The `Context` of `@asyncio-ts/contextvars` that the main task runs in. Default: that of the runner. */
  readonly context?: ContextLike;
}

/** Runs a body on a runner of its own, and closes it. */
let runOnce: <T>(main: Body<T>, options: RunOptions | undefined) => Promise<T>;

/**
 * A loop that several runs share, and that is shut down cleanly at the end. Python: `asyncio.Runner`.
 *
 * @example
 * ```ts
 * import { Runner, sleep } from "@asyncio-ts/task";
 *
 * await new Runner().with(async (runner) => {
 *   console.log(await runner.run(async () => sleep(10, "first")));
 *   console.log(await runner.run(async () => sleep(10, "second")));
 * });
 * // prints: first
 * // prints: second
 * ```
 */
export class Runner {
  static {
    inspectAsString(this.prototype);
    runOnce = async (main, options) => {
      const runner = new Runner(options);
      runner.isClosedNext = true;
      const result = await runner.run(main).catch(async (error: unknown) => {
        // It says more than the error of a signal that cuts the end short.
        await runner.end();
        throw error;
      });
      await runner.close();
      return result;
    };
  }

  private readonly options: RunOptions;
  private loop: EventLoop | undefined = undefined;
  private closed = false;
  /** True if the runner is closed as soon as its run has ended. */
  private isClosedNext = false;
  private interruption: Interruption | undefined = undefined;
  private readonly stubborn: StubbornTasks = new StubbornTasks();
  private endProgram: (() => void) | undefined = undefined;
  /** The context variables that its runs share. @internal */
  declare [variables]?: contract.Values | contract.Cell | undefined;

  /** @throws TypeError for an option of a wrong type; RangeError for an option out of range. */
  constructor(options: RunOptions = {}) {
    assertRunOptions(options, "new Runner");
    this.options = options;
  }

  /** Returns the loop, which is made when it is first needed. Python: `get_loop()`. */
  getLoop(): EventLoop {
    if (this.closed) throw new Error("this Runner is closed; make a new one");
    if (this.loop === undefined) {
      this.loop = madeBy(this.options.loopFactory ?? newEventLoop);
      if (this.options.debug !== undefined) this.loop.debug = this.options.debug;
      slot.variables?.keep(this, undefined);
    }
    return this.loop;
  }

  /**
   * Runs a body as the main task, and resolves to its result. The runs of a `Runner` share one context of
   * variables, a copy of the one in which its loop was made, unless they are given others. Python: `run()`.
   *
   * @throws what the body throws; KeyboardInterrupt if a signal ended it; DeadlockError if nothing can wake
   * it any more; TypeError if `main` is not a body; Error inside a task, or if the runner is closed.
   */
  async run<T, Given = unknown>(
    main: BodyFor<Given, "run()", T>,
    options: RunnerRunOptions = {},
  ): Promise<T> {
    const outer = currentTask();
    if (outer !== undefined) {
      throw new Error(
        `run() was called inside ${outer}; a loop runs already there: await the coroutine itself`,
      );
    }
    assertBody(main, "run()");
    const context = readContext(options, "run");
    const loop = this.getLoop();
    if (loop.isRunning()) throw new Error("this Runner is running already");
    const { scheduler } = partsOf(loop);
    const task = new Task(main as Body<T>, scheduler, context && { context });
    // Without any variable that was set there is nothing to share, and main tasks look as all others.
    if (context === undefined && slot.variables !== undefined) task[variables] = this[variables];
    const interruption = this.interruptionOf(loop);
    this.endProgram ??= programBegins(scheduler);
    interruption.runBegins(task as Task<unknown>);
    try {
      return await this.complete(task, loop, interruption);
    } catch (error) {
      throw interruption.causeOf(error, task) ?? error;
    } finally {
      interruption.runEnds();
      if (context === undefined && task[variables] !== undefined) this[variables] = task[variables];
      if (!this.isClosedNext) this.programEnds();
    }
  }

  /**
   * Cancels the tasks and the jobs in threads and processes that are left, terminates the subprocesses that
   * are left, waits for all of them, reports the tasks' errors, shuts the default executor down, and closes
   * the loop. Python: `close()`, which waits for jobs.
   *
   * @throws KeyboardInterrupt if a signal has cut this short.
   *
   * @example
   * ```ts
   * import { createTask, Runner, sleep } from "@asyncio-ts/task";
   *
   * const runner = new Runner();
   * await runner.run(async () => {
   *   createTask(async () => {
   *     try {
   *       await sleep(60_000);
   *     } finally {
   *       console.log("stopped");
   *     }
   *   });
   *   await sleep(10);
   * });
   * console.log("closing");
   * await runner.close();
   * // prints: closing
   * // prints: stopped
   * ```
   */
  async close(): Promise<void> {
    const interrupt = await this.end();
    if (interrupt !== undefined) throw interrupt;
  }

  /** Closes the runner; returns the error of a signal that has cut the end short. */
  private async end(): Promise<KeyboardInterrupt | undefined> {
    if (this.closed) return undefined;
    this.closed = true;
    const { loop } = this;
    if (loop === undefined) return undefined;
    this.endProgram ??= programBegins(partsOf(loop).scheduler);
    const interruption = this.interruptionOf(loop);
    const wasCutShort = interruption.hasCutShort;
    interruption.listen();
    try {
      const areStopped = await this.cancelTasks(loop, interruption);
      await this.endJobs(loop, interruption);
      this.endProgram?.();
      // Code woken by a finished job, and callbacks of the runtime, may have created tasks.
      if (areStopped) await this.cancelTasks(loop, interruption);
    } finally {
      this.programEnds();
      loop.close();
    }
    return !wasCutShort && interruption.hasCutShort ? interruption.asError() : undefined;
  }

  /** Runs `body` with this runner, closes it, and returns the result. Python: `with Runner() as runner`. */
  async with<T, Given = unknown>(body: BodyFor<Given, "Runner.with()", T, [runner: Runner]>): Promise<T> {
    assertBody(body, "Runner.with()");
    this.getLoop();
    try {
      return await new Coroutine<T>(runBody(body as Body<T, [Runner]>, this as Runner), "Runner.with");
    } finally {
      await this.close();
    }
  }

  toString(): string {
    const state = this.closed
      ? "closed"
      : this.loop === undefined
        ? "created"
        : this.loop.isRunning()
          ? "running"
          : "open";
    return `<Runner ${state}>`;
  }

  private interruptionOf(loop: EventLoop): Interruption {
    const { signals, gracePeriod = GRACE_PERIOD } = this.options;
    const names = signalsOf(signals, "new Runner");
    return (this.interruption ??= new Interruption(loop, names, gracePeriod, this.stubborn));
  }

  private programEnds(): void {
    this.endProgram?.();
    this.endProgram = undefined;
    this.interruption?.stopListening();
  }

  private async complete<T>(task: Task<T>, loop: EventLoop, interruption: Interruption): Promise<T> {
    let deadlock: DeadlockError | undefined;
    let isAwaited = true;
    task[arm]({
      run: () => {
        if (isAwaited) loop.stop();
      },
    });
    const stuck = (tasks: ReadonlySet<Task<unknown>>): void => {
      if (!task.done()) deadlock = new DeadlockError(formatTasks(tasks));
    };
    await runUntilStopped(loop, () => allTasks(loop), stuck, partsOf(loop).signals);
    isAwaited = false;
    if (deadlock !== undefined) throw deadlock;
    if (task.done()) return task.result();
    throw interruption.unfinished() ?? new Error(`the event loop was stopped before ${task} was done`);
  }

  /** Cancels the tasks that are left, and those that they make. Returns false if some have not stopped. */
  private async cancelTasks(loop: EventLoop, interruption: Interruption): Promise<boolean> {
    const left = (): ReadonlySet<Task<unknown>> => {
      const tasks = allTasks(loop);
      for (const task of tasks) {
        if (interruption.givenUp.has(task) || task[cancellationOf]()?.isAbandoned === true)
          tasks.delete(task);
      }
      return tasks;
    };
    for (let tasks = left(); tasks.size > 0; tasks = left()) {
      if (!(await this.cancelAll(tasks, loop, interruption))) return false;
    }
    return true;
  }

  /** Ends the jobs and subprocesses, after the tasks, which may need them to clean up. */
  private async endJobs(loop: EventLoop, interruption: Interruption): Promise<void> {
    const ending = partsOf(loop).shutdown.end(ENDED);
    if (ending === false) return;
    // The loop runs, so that the waiters of the jobs are resumed.
    const stop = (): void => loop.stop();
    ending.then(stop, stop);
    if (!interruption.isOver) await loop.runForever();
    // A second signal stops the loop before that.
    if (!interruption.isOver) await ending;
  }

  /** Cancels tasks and waits for them. Returns false if nothing is left that could wake some of them. */
  private async cancelAll(
    tasks: ReadonlySet<Task<unknown>>,
    loop: EventLoop,
    interruption: Interruption,
  ): Promise<boolean> {
    const left = new Set(tasks);
    let gaveUp = false;
    for (const task of tasks) {
      task[arm]({
        run: () => {
          if (left.delete(task) && left.size === 0) loop.stop();
        },
      });
    }
    interruption.cancel(tasks);
    interruption.whenGivenUp = () => {
      for (const task of interruption.givenUp) left.delete(task);
      if (left.size === 0) loop.stop();
    };
    const warning = loop.callLater(this.options.gracePeriod ?? GRACE_PERIOD, () => {
      this.stubborn.report(tasks);
      interruption.giveUp();
    });
    const stuck = (): void => {
      gaveUp = true;
      this.stubborn.report(tasks);
    };
    // Then they have one iteration.
    if (interruption.isOver) loop.stop();
    try {
      await runUntilStopped(loop, () => tasks, stuck);
    } finally {
      interruption.whenGivenUp = () => {};
      warning.cancel();
    }
    for (const task of tasks) reportFailureOf(task, "while run() was shutting down");
    return !gaveUp && !interruption.isOver;
  }
}

/** Returns the loop of a factory, which must be a new one: the runner will close it. */
function madeBy(loopFactory: () => EventLoop): EventLoop {
  const made = loopFactory();
  const isLoop = isEventLoop(made);
  if (isLoop && !made.isClosed() && !made.isRunning()) return made;
  const got = isLoop ? String(made) : describe(made);
  const message = `the loopFactory of run() and Runner must return a new EventLoop, got ${got}; write { loopFactory: newEventLoop }`;
  throw isLoop ? new Error(message) : new TypeError(message);
}

/** While only a signal could wake the program: how long it is held, and then looked at again, in milliseconds. */
const HOLD = 1000;

/**
 * Runs the loop until it is stopped: by others, or after `stuck`, once nothing could wake the tasks. A signal
 * that the program handles could, but the runtime does not wait for it: with `signals` the process is held open.
 * Not on a virtual loop, whose time stands still meanwhile.
 */
async function runUntilStopped(
  loop: EventLoop,
  tasks: () => ReadonlySet<Task<unknown>>,
  stuck: (tasks: ReadonlySet<Task<unknown>>) => void,
  signals?: { readonly hasSet: boolean },
): Promise<void> {
  let held: contract.Timer | undefined;
  const letGo = (): void => {
    if (held !== undefined) realTime.clearTimeout(held);
    held = undefined;
  };
  const forgetExhausted = partsOf(loop).host.whenExhausted((certain) => {
    const left = tasks();
    if (!certain && !waitsForNothingOutside(left)) return;
    if (certain && signals?.hasSet === true) {
      held ??= realTime.setTimeout(letGo, HOLD);
      return;
    }
    stuck(left);
    loop.stop();
  });
  try {
    await loop.runForever();
  } finally {
    forgetExhausted();
    letGo();
  }
}

/** Tells whether the tasks wait only for this library, so that nothing outside could wake them. */
function waitsForNothingOutside(tasks: Iterable<Task<unknown>>): boolean {
  const asked = new Set<contract.Waker>(tasks);
  // The set grows while it is walked: each is asked once, and nothing recurses.
  for (const one of asked) if (!one.done() && one[waitsOutside](asked)) return false;
  return true;
}

/**
 * Runs a program: a loop of its own, the body as its main task, and a clean end. Resolves to the body's
 * result. Python: `asyncio.run`.
 *
 * When the body has ended, the tasks that are left are cancelled and waited for, and their errors are
 * reported. So are the jobs in threads and processes: no run waits for a function that never returns.
 * Subprocesses that are left are terminated, and waited for. Ctrl-C (SIGINT, and SIGTERM) cancels the main
 * task, so that `finally` blocks run, and then `run` throws `KeyboardInterrupt`; a second one ends the process
 * at once. A main task that waits for a native promise can't be cancelled: `run` says so, cancels all other
 * tasks, and gives it up after `gracePeriod`.
 *
 * Tasks that callbacks of the runtime make meanwhile, outside every task, belong to the loop of the run.
 *
 * @throws what the body throws; KeyboardInterrupt; DeadlockError if nothing can wake the body any more; Error
 * inside a task, where a loop runs already.
 *
 * @example
 * ```ts
 * import { run, sleep } from "@asyncio-ts/task";
 *
 * const answer = await run(async () => {
 *   await sleep(10);
 *   return 42;
 * });
 * console.log(answer);
 * // prints: 42
 * ```
 */
export async function run<T, Given = unknown>(
  main: BodyFor<Given, "run()", T>,
  options?: RunOptions,
): Promise<T> {
  if (options !== undefined) assertRunOptions(options, "run");
  return runOnce(main as Body<T>, options);
}

slot.runProgram ??= (main, loopFactory) =>
  run(main as Body<unknown>, { loopFactory: loopFactory as () => EventLoop });
