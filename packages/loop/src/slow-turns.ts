/**
 * SlowTurns: the watch of debug mode, which reports callbacks and steps of tasks that hold the loop for too
 * long.
 */
import { isFuture } from "@asyncio-ts/future";
import { type contract, realTime } from "@asyncio-ts/future/internal";
import type { LoopLike, Runnable } from "@asyncio-ts/future/lowlevel";

interface WatchedLoop extends LoopLike {
  readonly slowCallbackDuration: number;
}

export class SlowTurns implements contract.TurnWatch {
  private readonly loop: WatchedLoop;
  private runnable: Runnable | undefined = undefined;
  private start = 0;

  constructor(loop: WatchedLoop) {
    this.loop = loop;
  }

  turnBegins(runnable: Runnable): void {
    this.runnable = runnable;
    // The real time, on a virtual loop too.
    this.start = realTime.now();
  }

  turnEnded(): void {
    const { loop, start } = this;
    const runnable = this.runnable as Runnable;
    this.runnable = undefined;
    const duration = realTime.now() - start;
    if (duration < loop.slowCallbackDuration) return;
    loop.callExceptionHandler({
      message:
        `${describeRunnable(runnable)} held the event loop for ${Math.round(duration)} ms ` +
        `(slowCallbackDuration is ${loop.slowCallbackDuration}); let others run with sleep(0), or use a thread`,
      handle: runnable,
    });
  }
}

function describeRunnable(runnable: Runnable): string {
  if (runnable.awaiter !== undefined) return `a step of ${String(runnable.awaiter)}`;
  return isFuture(runnable) ? `the first step of ${runnable}` : `a ${runnable.constructor.name}`;
}
