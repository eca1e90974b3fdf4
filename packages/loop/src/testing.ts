/**
 * `@asyncio-ts/loop/testing`: loops for tests.
 */
import { EventLoop } from "./event-loop.js";
import { detectHost, type Host } from "./host.js";

/**
 * A host whose clock stands still while anything is ready, and jumps to the next timer when nothing is.
 *
 * Before it jumps it lets the real runtime poll once, so that what has come in meanwhile is not overtaken by a timeout.
 */
class VirtualHost implements Host {
  private readonly real = detectHost();
  private readonly exhausted: Set<(certain: boolean) => void> = new Set();
  private time = 0;

  now(): number {
    return this.time;
  }

  afterMicrotasks(callback: () => void): void {
    this.real.afterMicrotasks(callback);
  }

  afterPoll(callback: () => void): void {
    this.real.afterPoll(callback);
  }

  wait(deadline: number | undefined, callback: () => void): () => void {
    let waiting = true;
    this.real.afterPoll(() => {
      if (!waiting) return;
      // sleep(Infinity) is a timer that never comes.
      if (deadline === undefined || deadline === Infinity) {
        for (const listener of this.exhausted) listener(false);
        return;
      }
      this.time = deadline;
      callback();
    });
    return () => {
      waiting = false;
    };
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
 * A loop on virtual time: when nothing is ready, its clock jumps to the next timer, so a minute of timers runs at
 * once, and in the same order each time. The clock starts at 0.
 *
 * What waits for the world outside (a socket, a worker) is waited for only for as long as no timer is set: a timeout
 * around it comes at once.
 *
 * @example
 * ```ts
 * import { getRunningLoop } from "@asyncio-ts/loop";
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
export function virtualLoop(): EventLoop {
  return new EventLoop({ host: new VirtualHost() });
}
