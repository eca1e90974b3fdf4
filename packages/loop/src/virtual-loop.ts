import { assertFunction, assertOptions, type Runnable } from "@asyncio-ts/future/lowlevel";
import { EventLoop } from "./event-loop.js";
import { VirtualHost } from "./virtual-host.js";

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
