/**
 * Runner: a loop for a program, from its start to a clean end.
 *
 * States: created (no loop yet), open (`loop` is set), closed. `run` may be called several times while open,
 * on one loop. `close` cancels the tasks that are left, waits for them, reports their errors, and closes it.
 *
 * These end a run from outside:
 *   a signal          the first cancels the main task, so `finally` blocks run; the second ends the process
 *   a deadlock        nothing is left that could wake the loop: the run throws a DeadlockError, and the tasks
 *                     are cancelled; if that wakes nothing either, they are given up
 *   `loop.stop()`     as in asyncio an error: the main task has not finished
 */
import { requestCancel, waitsFor } from "./members.js";
import { type Body, Coroutine } from "@asyncio-ts/coroutine";
import { assertBody, type BodyFor, runBody } from "@asyncio-ts/coroutine/lowlevel";
import { isCancelled } from "@asyncio-ts/future";
import { type contract, slot } from "@asyncio-ts/future/internal";
import {
  assertOptions,
  describe,
  inspectAsString,
  readFlag,
  arm,
  waitsOutside,
} from "@asyncio-ts/future/lowlevel";
import { type EventLoop, newEventLoop } from "@asyncio-ts/loop";
import { isEventLoop, partsOf } from "@asyncio-ts/loop/internal";
import type { Entered } from "./cancel-walk.js";
import { formatTasks } from "./call-graph.js";
import { DeadlockError, isInterrupt, KeyboardInterrupt, reportFailureOf } from "./errors.js";
import { fewOf, more } from "./few-of.js";
import { exitCodeIfUncaught, raiseSignal } from "./signals.js";
import { allTasks, currentTask, Task } from "./task.js";

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;
type Signal = keyof typeof EXIT_CODES;
const SIGNALS = Object.keys(EXIT_CODES) as Signal[];
const ENDED = "run() has ended";
/** The number of tasks that will not stop which are reported by name. */
const MOST_REPORTED = 100;

/** Options for `run()` and `new Runner()`. */
export interface RunOptions {
  /** Turns debug mode on: more checks and reports, which cost time. Default: ASYNCIO_DEBUG. */
  readonly debug?: boolean;
  /** Makes the loop. Default: `newEventLoop`; `virtualLoop` for tests. */
  readonly loopFactory?: () => EventLoop;
  /** The milliseconds after the end of a run until tasks that do not stop are reported. Default: 5000. */
  readonly gracePeriod?: number;
}

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
  }

  private readonly options: RunOptions;
  private loop: EventLoop | undefined = undefined;
  private closed = false;
  private interrupts = 0;
  private interruptedBy: Signal | undefined = undefined;

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
    }
    return this.loop;
  }

  /**
   * Runs a body as the main task, and resolves to its result. Python: `run()`.
   *
   * @throws what the body throws; KeyboardInterrupt if a signal ended it; DeadlockError if nothing can wake
   * it any more; TypeError if `main` is not a body; Error inside a task, or if the runner is closed.
   */
  async run<T, Given = unknown>(main: BodyFor<Given, "run()", T>): Promise<T> {
    const outer = currentTask();
    if (outer !== undefined) {
      throw new Error(
        `run() was called inside ${outer}; a loop runs already there: await the coroutine itself`,
      );
    }
    assertBody(main, "run()");
    const loop = this.getLoop();
    if (loop.isRunning()) throw new Error("this Runner is running already");
    const task = new Task(main as Body<T>, partsOf(loop).scheduler);
    this.interrupts = 0;
    this.interruptedBy = undefined;
    const stopListening = this.listen(loop, task);
    try {
      return await this.complete(task, loop);
    } catch (error) {
      throw this.interruption(task, error) ?? error;
    } finally {
      stopListening();
    }
  }

  /**
   * Cancels the tasks and the jobs in threads and processes that are left, waits for them, reports the tasks'
   * errors, shuts the default executor down, and closes the loop. Python: `close()`, which waits for jobs.
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
    if (this.closed) return;
    this.closed = true;
    const { loop } = this;
    if (loop === undefined) return;
    try {
      const stopListening = this.listen(loop);
      try {
        await this.cancelTasks(loop);
        // Code woken by a finished job may have created tasks.
        if (await this.endJobs(loop)) await this.cancelTasks(loop);
      } finally {
        stopListening();
      }
    } finally {
      loop.close();
    }
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

  private async complete<T>(task: Task<T>, loop: EventLoop): Promise<T> {
    let deadlock: DeadlockError | undefined;
    task[arm]({ run: () => loop.stop() });
    const stuck = (tasks: ReadonlySet<Task<unknown>>): void => {
      if (!task.done()) deadlock = new DeadlockError(formatTasks(tasks));
    };
    await runUntilStopped(loop, () => allTasks(loop), stuck);
    if (deadlock !== undefined) throw deadlock;
    if (task.done()) return task.result();
    if (this.interruptedBy !== undefined) throw new KeyboardInterrupt(this.interruptedBy);
    throw new Error(`the event loop was stopped before ${task} was done`);
  }

  private async cancelTasks(loop: EventLoop): Promise<void> {
    for (let left = allTasks(loop); left.size > 0; left = allTasks(loop)) {
      if (!(await this.cancelAll(left, loop))) return;
    }
  }

  /** Ends the jobs, after the tasks, which may need workers to clean up. Returns false if there were none. */
  private async endJobs(loop: EventLoop): Promise<boolean> {
    const ending = partsOf(loop).shutdown.end(ENDED);
    if (ending === false) return false;
    // The loop runs, so that the waiters of the jobs are resumed.
    const stop = (): void => loop.stop();
    ending.then(stop, stop);
    await loop.runForever();
    // A second signal stops the loop before that.
    if (this.interrupts < 2) await ending;
    return true;
  }

  /** Cancels tasks and waits for them. Returns false if nothing is left that could wake some of them. */
  private async cancelAll(tasks: ReadonlySet<Task<unknown>>, loop: EventLoop): Promise<boolean> {
    let left = tasks.size;
    let gaveUp = false;
    const entered: Entered = new Set();
    for (const task of tasks) {
      task[arm]({
        run: () => {
          if (--left === 0) loop.stop();
        },
      });
      task[requestCancel](undefined, undefined, entered);
    }
    // At once, so that the tasks do not have to wait for a worker that never gets free.
    partsOf(loop).shutdown.cancel(ENDED);
    const warning = loop.callLater(this.options.gracePeriod ?? 5000, () => this.reportStubborn(tasks, loop));
    const stuck = (): void => {
      gaveUp = true;
      this.reportStubborn(tasks, loop);
    };
    try {
      await runUntilStopped(loop, () => tasks, stuck);
    } finally {
      warning.cancel();
    }
    for (const task of tasks) reportFailureOf(task, "while run() was shutting down");
    return !gaveUp && this.interrupts < 2;
  }

  private reportStubborn(tasks: Iterable<Task<unknown>>, loop: EventLoop): void {
    const left = [...tasks].filter((task) => !task.done());
    for (const task of left.slice(0, MOST_REPORTED)) {
      const waits = task[waitsFor]();
      const what = waits.length === 0 ? "something outside the loop" : fewOf(waits, waits.length);
      loop.callExceptionHandler({
        message: `${task} was cancelled by run() at its end and has not stopped; it waits for ${what}`,
        future: task,
      });
    }
    if (left.length <= MOST_REPORTED) return;
    const message = `${more(left.length - MOST_REPORTED, "task")} were cancelled by run() at its end and have not stopped`;
    loop.callExceptionHandler({ message });
  }

  // ---- signals ----

  private listen(loop: EventLoop, main?: Task<unknown>): () => void {
    for (const signal of SIGNALS) loop.addSignalHandler(signal, () => this.interrupt(signal, loop, main));
    return () => {
      for (const signal of SIGNALS) loop.removeSignalHandler(signal);
    };
  }

  private interrupt(signal: Signal, loop: EventLoop, main: Task<unknown> | undefined): void {
    this.interrupts++;
    if (this.interrupts === 1) {
      if (main?.cancel() === true) this.interruptedBy = signal;
      return;
    }
    this.interruptedBy = signal;
    for (const each of SIGNALS) loop.removeSignalHandler(each);
    if (!raiseSignal(signal)) loop.stop();
  }

  /** Returns the error of a run that its interruption ended. */
  private interruption(task: Task<unknown>, error: unknown): KeyboardInterrupt | undefined {
    let interrupt: KeyboardInterrupt | undefined;
    if (isInterrupt(error)) interrupt = error;
    else if (this.interruptedBy !== undefined && isCancelled(error) && task.uncancel() === 0) {
      interrupt = new KeyboardInterrupt(this.interruptedBy);
    }
    if (interrupt !== undefined) exitCodeIfUncaught(interrupt, EXIT_CODES[interrupt.signal as Signal]);
    return interrupt;
  }
}

function assertRunOptions(options: RunOptions, where: string): void {
  assertOptions(options, where);
  readFlag(options, "debug", where);
  const { loopFactory, gracePeriod } = options;
  if (loopFactory !== undefined && typeof loopFactory !== "function") {
    throw new TypeError(
      `${where}() needs a loopFactory that is a function, got ${describe(loopFactory)}; write { loopFactory: newEventLoop }`,
    );
  }
  if (gracePeriod === undefined) return;
  if (typeof gracePeriod !== "number" || !(gracePeriod >= 0)) {
    throw new RangeError(
      `${where}() needs a gracePeriod of 0 milliseconds or more, got ${describe(gracePeriod)}`,
    );
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

/** Runs the loop until it is stopped: by others, or after `stuck`, once nothing could wake the tasks. */
async function runUntilStopped(
  loop: EventLoop,
  tasks: () => ReadonlySet<Task<unknown>>,
  stuck: (tasks: ReadonlySet<Task<unknown>>) => void,
): Promise<void> {
  const forgetExhausted = partsOf(loop).host.whenExhausted((certain) => {
    const left = tasks();
    if (!certain && !waitsForNothingOutside(left)) return;
    stuck(left);
    loop.stop();
  });
  try {
    await loop.runForever();
  } finally {
    forgetExhausted();
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
 * reported. So are the jobs in threads and processes: no run waits for a function that never returns. Ctrl-C
 * (SIGINT, and SIGTERM) cancels the main task, so that `finally` blocks run, and then `run` throws
 * `KeyboardInterrupt`; a second one ends the process at once.
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
  const runner = new Runner(options);
  try {
    return await runner.run<T>(main as Body<T>);
  } finally {
    await runner.close();
  }
}

slot.runProgram ??= (main, loopFactory) =>
  run(main as Body<unknown>, { loopFactory: loopFactory as () => EventLoop });
