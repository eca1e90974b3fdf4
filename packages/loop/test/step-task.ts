import type { Runnable, Scheduler } from "@asyncio-ts/future/lowlevel";
import type { ExploredTask } from "../src/actors.js";

const taskBrand = Symbol.for("asyncio-ts.Task");
const title = Symbol.for("asyncio-ts.title");
const waitsFor = Symbol.for("asyncio-ts.waitsFor");
const waitsNatively = Symbol.for("asyncio-ts.waitsNatively");

/** A wait, which wakes a task: its target is undefined if the task only yields. */
interface Wake {
  readonly target?: { done(): boolean } | undefined;
  readonly describeWait?: () => string;
}

/** A task as the explorer sees it, whose steps a test makes: the package that has tasks is above this one. */
export class StepTask {
  readonly name: string;
  /** The waits that are under way. */
  waits: string[] = [];
  isNative = false;
  requests = 0;
  state = "pending";

  constructor(name: string) {
    this.name = name;
    Object.defineProperty(this, taskBrand, { value: true });
    Object.defineProperty(this, title, { value: () => this.title });
    Object.defineProperty(this, waitsFor, { value: () => this.waits });
    Object.defineProperty(this, waitsNatively, { value: () => this.isNative });
  }

  get title(): string {
    return `Task '${this.name}'`;
  }

  done(): boolean {
    return this.state !== "pending";
  }

  cancelling(): number {
    return this.requests;
  }

  cancel(_message?: string): boolean {
    this.requests++;
    return !this.done();
  }

  /** As the explorer has it. */
  get explored(): ExploredTask {
    return this as unknown as ExploredTask;
  }

  /** Makes what resumes the task. */
  wake(run: () => void = () => {}, { target = { done: () => true }, describeWait }: Wake = {}): Runnable {
    const wake = { run, awaiter: this, target: () => target, ...(describeWait && { describeWait }) };
    return wake as unknown as Runnable;
  }

  /** Makes the end of a `sleep(0)` of the task. */
  tick(run: () => void = () => {}): Runnable {
    return { run, awaiter: this, target: () => undefined } as unknown as Runnable;
  }

  /** Schedules a step of the task. */
  step(scheduler: Scheduler, run: () => void): void {
    scheduler.schedule(this.wake(run));
  }

  toString(): string {
    return `<Task ${this.name} ${this.state}>`;
  }
}
