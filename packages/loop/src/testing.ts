/**
 * `@asyncio-ts/loop/testing`: loops for tests.
 */
import { slot } from "@asyncio-ts/future/internal";
import {
  assertFunction,
  assertMilliseconds,
  assertOptions,
  describe,
  type Runnable,
} from "@asyncio-ts/future/lowlevel";
import { EventLoop } from "./event-loop.js";
import { detectHost, type Host } from "./host.js";
import { whenQuiet } from "./outside.js";

/** Options for `virtualLoop()`. */
export interface VirtualLoopOptions {
  /**
   * How long a loop with nothing to do waits for something outside to wake it, in real milliseconds, although
   * nothing is to be seen there. Default: 2000; twice as long in runtimes that don't tell what is active.
   */
  readonly patience?: number;
  /**
   * Is called before each turn, with what is about to run: for tests that act at every point of a program.
   */
  readonly beforeTurn?: (runnable: Runnable) => void;
}

const PATIENCE = 2000;

/**
 * A host whose clock stands still while anything is ready, and jumps to the next timer when nothing is.
 *
 * Before it jumps it lets the real runtime handle events once, so that what has come in meanwhile is not
 * overtaken by a timeout.
 */
class VirtualHost implements Host {
  private readonly real = detectHost();
  readonly drainMicrotasks = this.real.drainMicrotasks;
  private readonly exhausted: Set<(certain: boolean) => void> = new Set();
  private readonly patience: number;
  private time = 0;
  /** The callbacks of `later`, by their times. */
  private laters: { readonly time: number; readonly callback: () => void }[] = [];

  constructor(patience = PATIENCE) {
    assertMilliseconds(patience, "virtualLoop");
    this.patience = patience;
  }

  now(): number {
    return this.time;
  }

  afterMicrotasks(callback: () => void): void {
    this.real.afterMicrotasks(callback);
  }

  afterEvents(callback: () => void): void {
    this.real.afterEvents(callback);
  }

  wait(deadline: number | undefined, callback: () => void): () => void {
    // sleep(Infinity) is a timer that never comes.
    if (deadline === undefined || deadline === Infinity) {
      return whenQuiet(this.patience, () => {
        for (const listener of this.exhausted) listener(false);
      });
    }
    let waiting = true;
    this.real.afterEvents(() => {
      if (!waiting) return;
      this.advanceTo(deadline);
      callback();
    });
    return () => {
      waiting = false;
    };
  }

  /** Is called on the way, when the clock jumps over its time; the clock does not jump for it. */
  later(delay: number, callback: () => void): void {
    this.laters.push({ time: this.time + delay, callback });
    this.laters.sort((a, b) => a.time - b.time);
  }

  private advanceTo(deadline: number): void {
    for (let next = this.laters[0]; next !== undefined && next.time <= deadline; next = this.laters[0]) {
      this.laters.shift();
      this.time = Math.max(this.time, next.time);
      next.callback();
    }
    this.time = deadline;
  }

  whenExiting(callback: () => void): void {
    this.real.whenExiting(callback);
  }

  onSignal(signal: string, callback: () => void): () => void {
    return this.real.onSignal(signal, callback);
  }

  whenExhausted(callback: (certain: boolean) => void): () => void {
    const end = this.real.whenExhausted(callback);
    this.exhausted.add(callback);
    return () => {
      end();
      this.exhausted.delete(callback);
    };
  }
}

/**
 * A loop on virtual time: when nothing is ready, its clock jumps to the next timer, so a minute of timers
 * runs at once, and in the same order each time. The clock starts at 0.
 *
 * The loop waits for the world outside (a socket, a worker) only for as long as no timer is set: a timeout
 * around such a wait comes at once.
 *
 * With nothing ready and no timer left the run is at a deadlock, unless something outside is on its way. The
 * loop waits for that as long as Node shows it to be active: a timer of `setTimeout`, a socket, a server, a
 * child process, a worker thread, a file being read. Otherwise the process is about to exit, which is
 * certain, or a test runner holds it; then the loop waits for `patience` milliseconds more. There, what Node
 * does not show must come in that time: a job of `crypto` or `zlib`, a timer that was unreferenced, a channel
 * that was open before this module was loaded.
 *
 * It would rather miss a deadlock than see one that is none: a server, a connection or a timer that is left
 * open keeps it from being found, such as the timers by which jest and mocha end a test that takes too long.
 * Their report comes then.
 *
 * @throws TypeError if the patience is no number, or `beforeTurn` no function.
 *
 * @example
 * ```ts
 * import { virtualLoop } from "@asyncio-ts/loop/testing";
 *
 * const loop = virtualLoop();
 * loop.callLater(60_000, () => {
 *   console.log("a minute later:", loop.time());
 *   loop.stop();
 * });
 * await loop.runForever();
 * // prints: a minute later: 60000
 * ```
 */
export function virtualLoop(options: VirtualLoopOptions = {}): EventLoop {
  assertOptions(options, "virtualLoop");
  const { patience, beforeTurn } = options;
  const host = new VirtualHost(patience);
  if (beforeTurn === undefined) return new EventLoop({ host });
  assertFunction(beforeTurn, "beforeTurn of virtualLoop");
  return new EventLoop({ host, order: (ready) => ready.map((runnable) => announce(runnable, beforeTurn)) });
}

/**
 * Has `beforeTurn` called in the turn of a runnable, before it runs. A loop without that option pays nothing
 * for it.
 */
function announce(runnable: Runnable, beforeTurn: (runnable: Runnable) => void): Runnable {
  return {
    get awaiter() {
      return runnable.awaiter;
    },
    run() {
      beforeTurn(runnable);
      runnable.run();
    },
  };
}

/** Options for `explore()`. */
export interface ExploreOptions {
  /** How many orders to try. Default: 100. */
  readonly runs?: number;
  /** Where the sequence of orders begins. Default: 1. With `runs: 1` it repeats the order that failed. */
  readonly seed?: number;
}

/**
 * Runs a program many times on virtual time, each time with another order of what is ready in an iteration,
 * to find what depends on an order that nobody promised. The orders follow from the seed, so a failure can be
 * repeated.
 *
 * It needs `@asyncio-ts/task` to have been imported, for the tasks of the program.
 *
 * @param main is called for each run, and gives the program's coroutine or promise
 * @throws Error that names the seed, with the program's error as its cause, at the first run that fails;
 * TypeError, RangeError if `main` is no function, or an option no whole number.
 *
 * @example
 * ```ts
 * import { explore } from "@asyncio-ts/loop/testing";
 * import { createTask, sleep } from "@asyncio-ts/task";
 *
 * const orders = new Set<string>();
 * await explore(
 *   async () => {
 *     const order: string[] = [];
 *     const tasks = ["a", "b"].map((name) => createTask(async () => void order.push(name)));
 *     await sleep(1);
 *     orders.add(order.join(""));
 *     return tasks;
 *   },
 *   { runs: 20 },
 * );
 * console.log([...orders].sort().join(" "));
 * // prints: ab ba
 * ```
 */
export async function explore(main: () => unknown, options: ExploreOptions = {}): Promise<void> {
  assertFunction(main, "explore");
  assertOptions(options, "explore");
  const { runs = 100, seed = 1 } = options;
  assertWhole(runs, "runs", 1);
  assertWhole(seed, "seed", Number.MIN_SAFE_INTEGER);
  const { runProgram } = slot;
  if (runProgram === undefined) throw new Error("explore() runs tasks; import @asyncio-ts/task first");
  for (let run = seed; run < seed + runs; run++) {
    const random = generator(run);
    const order = (ready: Runnable[]): Runnable[] => shuffle(ready, random);
    try {
      await runProgram(main, () => new EventLoop({ host: new VirtualHost(), order }));
    } catch (cause) {
      throw new Error(
        `the program failed in the order of seed ${run}; repeat it with { seed: ${run}, runs: 1 }`,
        {
          cause,
        },
      );
    }
  }
}

function assertWhole(value: unknown, name: string, least: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  const range = least === 1 ? ", 1 or more" : "";
  throw new RangeError(`explore() needs ${name} to be a whole number${range}, got ${describe(value)}`);
}

/**
 * Numbers from 0 to below 1 that follow from the seed: a linear congruence, with its high bits mixed down.
 */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 16), 0x45d9f3b);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}

function shuffle<T>(items: T[], random: () => number): T[] {
  for (let last = items.length - 1; last > 0; last--) {
    const chosen = Math.floor(random() * (last + 1));
    [items[last], items[chosen]] = [items[chosen] as T, items[last] as T];
  }
  return items;
}
