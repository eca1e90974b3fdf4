/**
 * Produced: a flow whose values are produced by tasks of its own, ahead of the code that iterates it.
 *
 * States, on top of those of a flow:
 *   untouched   `begun` false: nothing has been asked for
 *   producing   tasks run
 *   stopping    `stopping`: the tasks have been cancelled, since one has failed (`failure`) or the flow is
 *               being closed. Values that come before the error are still given
 *   ended       `ended`: no task is left
 * `values` has the places of the values, in the order in which they are given. A value may have its place
 * before it is there (`step` is undefined), and the flow waits for it.
 *
 * Rejected: a `Crew` or a `TaskGroup`. Both end when no task is left, and are awaited from the beginning. Here
 * nobody waits for the tasks before the flow is closed.
 */
import { Future, isCancelled, type Steps } from "@asyncio-ts/future";
import { failureReason, hasFailed, LinkedList, waitsOutside, type Waker } from "@asyncio-ts/future/lowlevel";
import { createTask, type Task } from "@asyncio-ts/task";
import { Arriving } from "./arriving.js";

/** A place for a value. */
export class Place<T> {
  previous: this | undefined = undefined;
  next: this | undefined = undefined;
  step: IteratorYieldResult<T> | undefined = undefined;
}

export abstract class Produced<T, P extends Place<T> = Place<T>> extends Arriving<T> {
  protected readonly values: LinkedList<P> = new LinkedList();
  protected stopping = false;
  private begun = false;
  private readonly tasks: Set<Task<unknown>> = new Set();
  private stopped: Stopped | undefined = undefined;

  /** Returns the number of tasks that have not ended. */
  protected get size(): number {
    return this.tasks.size;
  }

  /** Starts the first tasks. */
  protected abstract startAll(): void;

  /** Notes that a value was taken, which may let tasks go on. */
  protected abstract taken(place: P): void;

  /** Closes the sources, once no task is left. */
  protected abstract closeSources(): Steps<void>;

  protected override begin(): void {
    if (this.begun) return;
    this.begun = true;
    this.startAll();
    this.endIfIdle();
  }

  /** Starts a task; with `eagerStart` it runs to its first wait inside this call. */
  protected start(body: Steps<void>, eagerStart = false): void {
    const task = createTask(body, { eagerStart });
    if (task.done()) this.note(task);
    else {
      this.tasks.add(task);
      if (this.stopping) task.cancel();
      task.addDoneCallback(() => {
        this.tasks.delete(task);
        this.note(task);
        this.endIfIdle();
      });
    }
  }

  /** Puts a value into its place. */
  protected put(place: P, value: T): void {
    place.step = { done: false, value };
    this.wake();
  }

  protected override ready(): IteratorYieldResult<T> | undefined {
    const { first } = this.values;
    const step = first?.step;
    if (step !== undefined) {
      this.values.shift();
      this.taken(first as P);
      this.wake();
    }
    return step;
  }

  protected override *close(): Steps<void> {
    this.stop();
    if (this.tasks.size > 0) yield* (this.stopped = new Stopped(this.name, this.tasks));
    while (this.values.shift() !== undefined);
    yield* this.closeSources();
  }

  /** Wakes code that waits, if the first value is there. Each wakes the next. */
  private wake(): void {
    if (this.values.first?.step !== undefined) this.waiting.unpark();
  }

  /** Cancels the tasks. */
  protected stop(): void {
    if (this.stopping) return;
    this.stopping = true;
    for (const task of this.tasks) task.cancel();
  }

  private endIfIdle(): void {
    if (this.tasks.size > 0) return;
    this.end();
    this.stopped?.setResult();
  }

  /** Looks at a task that has ended. */
  private note(task: Task<unknown>): void {
    if (!task[hasFailed]()) return;
    const exception = task[failureReason]();
    if (!this.stopping) {
      this.failure = { error: exception };
      this.stop();
    } else if (!isCancelled(exception)) {
      const message = `Task '${task.name}' of ${this.name}() failed while it was being stopped`;
      task.getLoop().callExceptionHandler({ message, exception, future: task });
    }
  }
}

/** The end of the tasks of a flow that is being closed. */
class Stopped extends Future<void> {
  private readonly name: string;
  private readonly tasks: ReadonlySet<Task<unknown>>;

  constructor(name: string, tasks: ReadonlySet<Task<unknown>>) {
    super();
    this.name = name;
    this.tasks = tasks;
  }

  /** Returns true, and does nothing: the tasks have been cancelled, and the request stays due. */
  override cancel(): boolean {
    return !this.done();
  }

  /** @internal */
  override [waitsOutside](inTurn: Set<Waker>): boolean {
    for (const task of this.tasks) inTurn.add(task);
    return false;
  }

  protected override describe(): string {
    return `${this.name} of ${this.tasks.size} running`;
  }
}
