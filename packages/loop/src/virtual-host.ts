import { assertMilliseconds } from "@asyncio-ts/future/lowlevel";
import { detectHost, type Host } from "./host.js";
import { whenQuiet } from "./outside.js";

const PATIENCE = 2000;

/**
 * A host whose clock stands still while anything is ready, and jumps to the next timer when nothing is.
 *
 * Before it jumps it lets the real runtime handle events once, so that what has come in meanwhile is not
 * overtaken by a timeout.
 */
export class VirtualHost implements Host {
  protected readonly real: Host = detectHost();
  readonly drainMicrotasks: (() => void) | undefined = this.real.drainMicrotasks;
  private readonly exhausted: Set<(certain: boolean) => void> = new Set();
  protected readonly patience: number;
  private time = 0;
  /** The callbacks of `later`, by their times. */
  private laters: { readonly time: number; readonly callback: () => void }[] = [];

  constructor(patience: number = PATIENCE) {
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
      return whenQuiet(this.patience, () => this.tellExhausted(false));
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

  /** Moves the clock on, and calls the callbacks of `later` that it passes. */
  advanceTo(deadline: number): void {
    for (let next = this.laters[0]; next !== undefined && next.time <= deadline; next = this.laters[0]) {
      this.laters.shift();
      this.time = Math.max(this.time, next.time);
      next.callback();
    }
    this.time = deadline;
  }

  /** Tells the listeners that nothing is left that could wake the loop. */
  protected tellExhausted(certain: boolean): void {
    for (const listener of this.exhausted) listener(certain);
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
