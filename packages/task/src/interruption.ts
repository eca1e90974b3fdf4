/**
 * Interruption: what the signals of the process do to the runs of one runner, and to their end.
 *
 * States:
 *   undisturbed   `signals` 0
 *   interrupted   `signals` 1: the first cancelled the main task, so that `finally` blocks run. At the end of a
 *                 run, all tasks are being cancelled anyway
 *   unreached     the cancellation can't be delivered: the main task, or one that it waits for, waits for a
 *                 native promise. That was said, and all other tasks were cancelled (`cancelled`), so
 *                 that at least their `finally` blocks run. `grace` is set
 *   over          `isOver`: a second signal. Nothing is waited for any more
 * interrupted → unreached when `look` finds it: first after 100 ms, then less and less often, until
 * the grace period has passed. Then the tasks that are still unreached are given up (`givenUp`), and with
 * them the main task if it waits for one of them: the run throws KeyboardInterrupt, and its end does not wait
 * for them. A task that was told of its cancellation is never given up, however long it cleans up.
 *
 * The second signal ends the process, by its default effect, unless the program has listeners of its own.
 * See docs/decisions/native-main.md.
 */
import { requestCancel, waitsNatively } from "./members.js";
import { isCancelled } from "@asyncio-ts/future";
import type { EventLoop, Handle } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import { Visits } from "./cancel-walk.js";
import { isInterrupt, KeyboardInterrupt } from "./errors.js";
import { fewOf } from "./few-of.js";
import { exitCodeOf, exitIfUncaught, raiseSignal } from "./signals.js";
import type { StubbornTasks } from "./stubborn.js";
import { allTasks, type Task } from "./task.js";
import { unreachedAmong, withCancelledAwaiters } from "./unreached.js";

/** The message of the cancellation of jobs. */
export const ENDED = "run() has ended";
/**
 * The first of the times, in milliseconds, after which `look` looks; each is twice as long. A person sees it as
 * at once, and a native promise of a file, for instance, has settled by then.
 */
const FIRST_LOOK = 100;

export class Interruption {
  /** True once there was a second signal. */
  isOver = false;
  /** The tasks that are not waited for any more. */
  readonly givenUp: Set<Task<unknown>> = new Set();
  /** Called when tasks were given up. */
  whenGivenUp: () => void = () => {};
  private readonly loop: EventLoop;
  private readonly names: readonly string[];
  private readonly gracePeriod: number;
  private readonly stubborn: StubbornTasks;
  /** The tasks that were cancelled for the end of the run: once, and not again. */
  private readonly cancelled: WeakSet<Task<unknown>> = new WeakSet();
  private main: Task<unknown> | undefined = undefined;
  private signals = 0;
  private latest = "";
  /** True once a signal has cancelled the main task. */
  private isInterrupted = false;
  private listening: (() => void)[] = [];
  private looking: Handle | undefined = undefined;
  private grace: Handle | undefined = undefined;

  /** @param names the signals that interrupt */
  constructor(loop: EventLoop, names: readonly string[], gracePeriod: number, stubborn: StubbornTasks) {
    this.loop = loop;
    this.names = names;
    this.gracePeriod = gracePeriod;
    this.stubborn = stubborn;
  }

  /** Listens for signals, unless it does already. */
  listen(): void {
    if (this.listening.length > 0 || this.isOver) return;
    this.listening = this.names.map((name) => {
      const interrupt = (): void => this.interrupt(name);
      return partsOf(this.loop).signals.setDefault(name, () => this.loop.callSoon(interrupt));
    });
  }

  stopListening(): void {
    for (const stop of this.listening) stop();
    this.listening = [];
    this.stopTimers();
  }

  /** Begins a run, undisturbed. */
  runBegins(main: Task<unknown>): void {
    this.signals = 0;
    this.isInterrupted = false;
    this.isOver = false;
    this.main = main;
    this.whenGivenUp = () => this.loop.stop();
    this.listen();
  }

  /** Ends a run. */
  runEnds(): void {
    this.main = undefined;
    this.whenGivenUp = () => {};
    this.stopTimers();
  }

  /** Cancels tasks for the end of the run, unless they were before. */
  cancel(tasks: Iterable<Task<unknown>>): void {
    const visits = new Visits();
    for (const task of tasks) {
      if (this.cancelled.has(task)) continue;
      this.cancelled.add(task);
      task[requestCancel](undefined, undefined, visits);
      this.stubborn.watch(task);
    }
    // At once, so that the tasks do not have to wait for a worker that never gets free.
    partsOf(this.loop).shutdown.cancel(ENDED);
  }

  /** Gives up the unreached tasks of the loop, if there was a signal. */
  giveUp(): void {
    if (this.signals === 0) return;
    const unreached = unreachedAmong(allTasks(this.loop), true);
    for (const task of withCancelledAwaiters(unreached)) this.givenUp.add(task);
    this.stubborn.report(unreached);
    this.whenGivenUp();
  }

  /** True if some tasks were not waited for. */
  get hasCutShort(): boolean {
    return this.isOver || this.givenUp.size > 0;
  }

  /** Returns the error of a run that a signal ended, although the main task has not. */
  unfinished(): KeyboardInterrupt | undefined {
    return this.isInterrupted ? this.asError() : undefined;
  }

  /** Returns the error for the latest signal. */
  asError(): KeyboardInterrupt {
    const interrupt = new KeyboardInterrupt(this.latest);
    exitIfUncaught(interrupt, exitCodeOf(this.latest));
    return interrupt;
  }

  /** Returns the error to throw in place of `error`, with which the main task has ended, if a signal caused it. */
  causeOf(error: unknown, main: Task<unknown>): KeyboardInterrupt | undefined {
    if (isInterrupt(error)) {
      exitIfUncaught(error, exitCodeOf(error.signal));
      return error;
    }
    const isInterrupted = this.isInterrupted && isCancelled(error) && main.uncancel() === 0;
    return isInterrupted ? this.asError() : undefined;
  }

  private interrupt(signal: string): void {
    const { loop, main } = this;
    this.latest = signal;
    if (++this.signals > 1) {
      this.isInterrupted = true;
      this.isOver = true;
      this.stopListening();
      // The signal would leave them: they are in groups of their own, which a terminal does not reach.
      partsOf(loop).shutdown.kill();
      if (!raiseSignal(signal)) loop.stop();
      return;
    }
    if (main !== undefined) {
      if (!main.cancel()) return;
      this.stubborn.watch(main);
      this.isInterrupted = true;
      this.looking = loop.callLater(FIRST_LOOK, () => this.look(main, 2 * FIRST_LOOK));
    }
    this.grace = loop.callLater(this.gracePeriod, () => this.graceIsOver(main));
  }

  private stopTimers(): void {
    this.looking?.cancel();
    this.grace?.cancel();
  }

  private look(main: Task<unknown>, next: number): void {
    const unreached = unreachedAmong([main], false);
    if (unreached.size > 0) {
      this.say(unreached, `the other tasks are cancelled now, and it is given up in ${this.gracePeriod} ms`);
      this.cancel([...allTasks(this.loop)].filter((task) => task.cancelling() === 0));
    } else if (next < this.gracePeriod) {
      this.looking = this.loop.callLater(next, () => this.look(main, 2 * next));
    }
  }

  private graceIsOver(main: Task<unknown> | undefined): void {
    if (main !== undefined) {
      const unreached = unreachedAmong([main], true);
      if (unreached.size === 0) {
        if (main[waitsNatively]()) this.stubborn.report([main], this.latest);
        return;
      }
      this.say(unreached, "it is given up now");
      this.givenUp.add(main);
    }
    this.giveUp();
  }

  /** Reports unreached tasks, and what follows; each once. */
  private say(unreached: ReadonlySet<Task<unknown>>, consequence: string): void {
    const unsaid = [...unreached].filter((task) => !this.stubborn.knows(task));
    this.stubborn.exclude(unsaid);
    if (unsaid.length === 0) return;
    const names = unsaid.map(String);
    const waits = unsaid.length === 1 ? "which waits" : "which wait";
    const what = unsaid.every((task) => task[waitsNatively]())
      ? "a native promise"
      : "an operation that ignores its signal";
    this.loop.callExceptionHandler({
      message:
        `run(): ${this.latest} can't reach ${fewOf(names, names.length)}, ${waits} for ${what}; ` +
        `${consequence}; to be reached, wait with abortable((signal) => …) or ensureFuture(promise)`,
      future: unsaid[0],
    });
  }
}
