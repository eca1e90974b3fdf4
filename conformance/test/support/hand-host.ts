import { EventLoop, type Host } from "@asyncio-ts/loop";

/**
 * A runtime in the hands of the test: its clock jumps to the next timer when nothing is ready, as that of `virtualLoop`
 * does, but code can also take time (`work`), and signals are raised by calling `raise`.
 */
export class HandHost implements Host {
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

  /** How many listen for a signal. */
  listening(signal: string): number {
    return this.listeners.get(signal)?.size ?? 0;
  }

  now(): number {
    return this.time;
  }

  afterMicrotasks(callback: () => void): void {
    void Promise.resolve().then(() => process.nextTick(callback));
  }

  afterPoll(callback: () => void): void {
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
