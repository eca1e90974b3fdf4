/** Hosts for the tests of what a loop asks of its runtime. */
import { EventLoop, type EventLoopOptions, type Host } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";

/**
 * A host that does nothing by itself: a test says when microtasks have drained, events were handled, and time
 * passes.
 */
export class FakeHost implements Host {
  time = 0;
  /** Deadlines that the loop has asked to be woken at, in the order in which it asked. */
  readonly waits: (number | undefined)[] = [];
  /** The number of times that the loop let the host handle events. */
  pauses = 0;
  readonly signals: Map<string, () => void> = new Map();
  drainMicrotasks: (() => void) | undefined = undefined;

  private readonly jobs: (() => void)[] = [];
  private waiting: { readonly deadline: number | undefined; readonly callback: () => void } | undefined;
  private readonly exhausted: Set<(certain: boolean) => void> = new Set();

  now(): number {
    return this.time;
  }

  afterMicrotasks(callback: () => void): void {
    this.jobs.push(callback);
  }

  afterEvents(callback: () => void): void {
    this.pauses++;
    this.jobs.push(callback);
  }

  wait(deadline: number | undefined, callback: () => void): () => void {
    const waiting = { deadline, callback };
    this.waits.push(deadline);
    this.waiting = waiting;
    return () => {
      if (this.waiting === waiting) this.waiting = undefined;
    };
  }

  whenExhausted(callback: (certain: boolean) => void): () => void {
    this.exhausted.add(callback);
    return () => this.exhausted.delete(callback);
  }

  /** The callbacks of `later`, and their times. */
  readonly laters: { readonly time: number; readonly callback: () => void }[] = [];

  later(delay: number, callback: () => void): void {
    this.laters.push({ time: this.time + delay, callback });
  }

  /** The listeners for the end of the process. */
  readonly exiting: (() => void)[] = [];

  whenExiting(callback: () => void): void {
    this.exiting.push(callback);
  }

  onSignal(signal: string, callback: () => void): () => void {
    this.signals.set(signal, callback);
    return () => this.signals.delete(signal);
  }

  /** True if the loop is idle: it has asked for nothing but to be woken. */
  get isIdle(): boolean {
    return this.jobs.length === 0;
  }

  /** Runs the first thing that the loop has asked for. */
  runNext(): void {
    this.jobs.shift()?.();
  }

  /** Runs what the loop has asked for, until it is idle. */
  flush(): void {
    for (let job = this.jobs.shift(); job !== undefined; job = this.jobs.shift()) job();
  }

  /** Lets time pass, and wakes the loop if it wanted to be woken by then. */
  advance(milliseconds: number): void {
    this.time += milliseconds;
    const { waiting } = this;
    if (waiting?.deadline !== undefined && waiting.deadline <= this.time) {
      this.waiting = undefined;
      waiting.callback();
    }
    for (const later of this.laters.splice(0)) {
      if (later.time <= this.time) later.callback();
      else this.laters.push(later);
    }
    this.flush();
  }
}

type Parts = ReturnType<typeof partsOf>;

/** A loop on a fake host, running forever, and its parts. */
export function fakeLoop(options?: EventLoopOptions): Parts & { loop: EventLoop; host: FakeHost } {
  const host = new FakeHost();
  const loop = new EventLoop({ host, ...options });
  void loop.runForever();
  host.flush();
  return { ...partsOf(loop), loop, host };
}

/**
 * A host that runs by itself, in a world that the test makes up: its clock jumps to the next timer when
 * nothing is ready, as that of `virtualLoop` does, but code can also take time (`work`), and the test raises
 * signals (`raise`).
 */
export class SimulatedHost implements Host {
  /** The deadline of each wait that the loop asked for. */
  readonly deadlines: (number | undefined)[] = [];
  private time = 0;
  private readonly listeners: Map<string, Set<() => void>> = new Map();

  /** A loop that lives in this runtime. */
  readonly newLoop = (): EventLoop => new EventLoop({ host: this });

  /** Stands for code that keeps the processor busy for so long. */
  work(milliseconds: number): void {
    this.time += milliseconds;
  }

  /** The process gets this signal. */
  raise(signal: string): void {
    for (const listener of this.listeners.get(signal) ?? []) listener();
  }

  /** Returns how many listen for a signal. */
  listening(signal: string): number {
    return this.listeners.get(signal)?.size ?? 0;
  }

  now(): number {
    return this.time;
  }

  afterMicrotasks(callback: () => void): void {
    void Promise.resolve().then(() => process.nextTick(callback));
  }

  afterEvents(callback: () => void): void {
    setImmediate(callback);
  }

  wait(deadline: number | undefined, callback: () => void): () => void {
    this.deadlines.push(deadline);
    if (deadline === undefined || deadline === Infinity) return () => {};
    const immediate = setImmediate(() => {
      this.time = Math.max(this.time, deadline);
      callback();
    });
    return () => clearImmediate(immediate);
  }

  whenExhausted(_callback: (certain: boolean) => void): () => void {
    return () => {};
  }

  whenExiting(_callback: () => void): void {}

  onSignal(signal: string, callback: () => void): () => void {
    const listeners = this.listeners.get(signal) ?? new Set();
    this.listeners.set(signal, listeners.add(callback));
    return () => listeners.delete(callback);
  }
}
