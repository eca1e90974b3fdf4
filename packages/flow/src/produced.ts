/**
 * Produced: a flow whose values are produced by tasks of its own, ahead of the code that iterates it.
 *
 * States, on top of those of a flow:
 *   untouched   `crew` undefined: nothing has been asked for
 *   producing   tasks run, or could run if values were taken
 *   failed      `failure`: a task has failed, and the others are being cancelled. Values that come before the
 *               error are still given
 * `values` has the values in the order in which they are given. A value may have its place before it is there
 * (`done` is false), and the flow waits for it.
 */
import type { Steps } from "@asyncio-ts/future";
import { failureReason, hasFailed, LinkedList } from "@asyncio-ts/future/lowlevel";
import { ParkingLot } from "@asyncio-ts/sync/lowlevel";
import type { Task } from "@asyncio-ts/task";
import { Crew } from "./crew.js";
import { advance, close, Flow, ready } from "./flow.js";

/** A place for a value. */
export class Place<T> {
  previous: this | undefined = undefined;
  next: this | undefined = undefined;
  done = false;
  value: T | undefined = undefined;
}

export abstract class Produced<T, P extends Place<T> = Place<T>> extends Flow<T> {
  protected readonly values: LinkedList<P> = new LinkedList();
  private readonly lot: ParkingLot;
  private crew: Producers | undefined = undefined;
  private failure: { readonly error: unknown } | undefined = undefined;

  constructor(name: string) {
    super(name);
    this.lot = new ParkingLot(`${name}.next`);
  }

  /** Starts tasks: at the beginning, and when a value has been taken. */
  protected abstract begin(crew: Producers, taken?: P): void;

  /** Closes the sources, once no task is left. */
  protected abstract closeSources(): Steps<void>;

  /** Puts a value into its place. */
  protected put(place: P, value: T): void {
    place.value = value;
    place.done = true;
    this.lot.unpark();
  }

  /** Throws an error, after the values before it, and cancels the tasks. */
  fail(error: unknown): void {
    this.failure = { error };
    this.crew?.stop();
  }

  /** Has the waiting code look again. */
  wake(): void {
    this.lot.unparkAll();
  }

  /** @internal */
  override [ready](): IteratorYieldResult<T> | undefined {
    const { first } = this.values;
    if (first?.done !== true) return undefined;
    this.values.shift();
    this.begin(this.crew as Producers, first);
    return { done: false, value: first.value as T };
  }

  /** @internal */
  override *[advance](): Steps<IteratorYieldResult<T> | undefined> {
    const crew = this.crew ?? this.touch();
    for (;;) {
      const step = this[ready]();
      if (step !== undefined) return step;
      if (crew.size === 0) {
        if (this.failure !== undefined) throw this.failure.error;
        return undefined;
      }
      yield* this.lot.park();
    }
  }

  /** @internal */
  override *[close](): Steps<void> {
    const { crew } = this;
    if (crew === undefined) return;
    crew.stop();
    yield* crew;
    while (this.values.shift() !== undefined);
    yield* this.closeSources();
  }

  private touch(): Producers {
    const crew = new Producers(this);
    this.crew = crew;
    this.begin(crew);
    return crew;
  }
}

/** The tasks of a flow. They are over when the flow has stopped them, since it may start more before. */
export class Producers extends Crew<void> {
  private readonly flow: Pick<Produced<unknown>, "name" | "fail" | "wake">;

  constructor(flow: Producers["flow"]) {
    super(flow.name);
    this.flow = flow;
  }

  protected override note(task: Task<unknown>): void {
    if (this.stopping) this.report(task);
    else if (task[hasFailed]()) this.flow.fail(task[failureReason]());
    this.flow.wake();
  }

  protected override end(): void {
    if (this.stopping) this.setResult();
  }
}
