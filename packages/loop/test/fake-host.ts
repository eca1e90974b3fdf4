import type { ExceptionContext } from "@asyncio-ts/future";
import { EventLoop, type EventLoopOptions, type Host } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";

/** A host that does nothing by itself: a test says when microtasks have drained, I/O was polled, and time passes. */
export class FakeHost implements Host {
  time = 0;
  /** Deadlines that the loop has asked to be woken at, in the order in which it asked. */
  readonly waits: (number | undefined)[] = [];
  /** How often the loop let the host poll. */
  polls = 0;
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

  afterPoll(callback: () => void): void {
    this.polls++;
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

  /** The listeners for the end of the process. */
  readonly exiting: (() => void)[] = [];

  whenExiting(callback: () => void): void {
    this.exiting.push(callback);
  }

  onSignal(signal: string, callback: () => void): () => void {
    this.signals.set(signal, callback);
    return () => this.signals.delete(signal);
  }

  /** Whether the loop is idle: it has asked for nothing but to be woken. */
  get isIdle(): boolean {
    return this.jobs.length === 0;
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

/** Collects what a loop reports. */
export function reportsOf(loop: EventLoop): ExceptionContext[] {
  const reports: ExceptionContext[] = [];
  loop.setExceptionHandler((_, context) => reports.push(context));
  return reports;
}
