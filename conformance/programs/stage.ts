/**
 * The things that the tasks of a random program share: the loop, the trace, the list of all tasks, and the
 * objects that they wait for. Also what a statement does that does not wait, since callbacks do it too.
 */
import { Future } from "@asyncio-ts/future";
import type { EventLoop } from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import {
  Barrier,
  BoundedSemaphore,
  Condition,
  Event,
  LifoQueue,
  Lock,
  PriorityQueue,
  Queue,
  Semaphore,
} from "@asyncio-ts/sync";
import { currentTask, type Task } from "@asyncio-ts/task";
import { describeValue, ProgramError } from "./describe.js";
import type { Immediate, Numbered, Sizes } from "./program.js";

const MOST_EVENTS = 4000;

export class Stage {
  readonly trace: string[] = [];
  readonly loop: EventLoop = virtualLoop();
  /** All tasks so far, in the order in which they were made or began. */
  readonly tasks: Task<unknown>[] = [];
  readonly locks: readonly [Lock, Lock] = [new Lock(), new Lock()];
  readonly semaphores: readonly Semaphore[];
  readonly events: readonly Event[] = [new Event(), new Event()];
  readonly conditions: readonly Condition[] = [new Condition(), new Condition(this.locks[0])];
  /** The number of times that each condition has been notified. */
  readonly counters: number[] = [0, 0];
  readonly barrier: Barrier;
  readonly queues: readonly Queue<number>[];
  readonly futures: Future<unknown>[];
  private over = false;

  constructor(sizes: Sizes) {
    this.semaphores = [new Semaphore(sizes.semaphore), new BoundedSemaphore(sizes.bounded)];
    this.barrier = new Barrier(sizes.parties);
    this.queues = [new Queue(sizes.queue), new LifoQueue(sizes.queue), new PriorityQueue(sizes.queue)];
    this.futures = [0, 1, 2].map(() => this.loop.createFuture());
    this.loop.setExceptionHandler((_loop, { message, exception }) => {
      if (/callback/.test(message)) this.trace.push(`callback failed: ${String(exception)}`);
    });
  }

  /** Runs the loop until `end` is called. */
  async play(start: () => void): Promise<void> {
    this.loop.callSoon(start);
    await this.loop.runForever();
    this.over = true;
    this.loop.close();
  }

  end(): void {
    this.over = true;
    this.loop.stop();
  }

  register(task: Task<unknown>): void {
    if (!this.tasks.includes(task)) this.tasks.push(task);
  }

  /** Writes an event to the trace, with the state of everything. */
  log(name: string, number: number | "", what: string): void {
    if (this.over) return;
    if (this.trace.length >= MOST_EVENTS) {
      this.end();
      return;
    }
    const task = currentTask();
    const cancelling = task === undefined ? "" : ` c=${task.cancelling()}`;
    this.trace.push(`${name} ${number} ${what} | t=${this.loop.time()}${cancelling} ${this.state()}`);
  }

  private state(): string {
    const flag = (value: boolean): string => (value ? "1" : "0");
    return [
      [...this.locks, ...this.semaphores, ...this.conditions].map((one) => flag(one.locked())).join(""),
      this.events.map((one) => flag(one.isSet())).join(""),
      this.queues.map((queue) => queue.qsize()).join(","),
      `${this.barrier.nWaiting}${flag(this.barrier.broken)}`,
      this.futures.map(endingOf).join(""),
      this.tasks.map(endingOf).join(""),
    ].join(" ");
  }

  /** Lets those go on who have waited in vain. */
  help(): void {
    for (const event of this.events) {
      event.set();
      event.clear();
    }
    for (const [index, future] of this.futures.entries()) {
      if (!future.done()) future.setResult("help");
      this.futures[index] = this.loop.createFuture();
    }
    for (const queue of this.queues)
      ignoreErrors(() => (queue.full() ? queue.getNowait() : queue.putNowait(5)));
    for (const one of [...this.locks, ...this.semaphores]) {
      if (one.locked()) ignoreErrors(() => one.release());
    }
  }

  /** Runs the statements of a callback. */
  runCallback(statements: readonly (Immediate & Numbered)[], name: string): void {
    for (const statement of statements) {
      this.log(name, statement.id, `${statement.op}: ${describeValue(this.tryNow(statement))}`);
    }
  }

  /** Misuse is an error that is logged and goes no further, or few programs would come far. */
  tryNow(statement: Immediate & Numbered): unknown {
    try {
      return this.performNow(statement);
    } catch (error) {
      return error;
    }
  }

  private performNow(statement: Immediate & Numbered): unknown {
    const { tasks, futures } = this;
    const { id } = statement;
    switch (statement.op) {
      case "cancel": {
        const task = tasks[statement.task % tasks.length] as Task<unknown>;
        const cancelled = task.cancel(...(statement.message === null ? [] : [statement.message]));
        return [cancelled, task.cancelling()];
      }
      case "uncancel":
        return (tasks[statement.task % tasks.length] as Task<unknown>).uncancel();
      case "setResult":
        return pick(futures, statement.future).setResult("value");
      case "setError":
        return pick(futures, statement.future).setException(new ProgramError(`E${id}`));
      case "cancelFuture":
        return pick(futures, statement.future).cancel();
      case "newFuture":
        futures[statement.future] = this.loop.createFuture();
        return undefined;
      case "releaseLock":
        return pick(this.locks, statement.lock).release();
      case "releaseSemaphore":
        return pick(this.semaphores, statement.semaphore).release();
      case "setEvent":
        return pick(this.events, statement.event).set();
      case "clearEvent":
        return pick(this.events, statement.event).clear();
      case "notify": {
        const condition = pick(this.conditions, statement.condition);
        (this.counters[statement.condition] as number)++;
        return statement.count === 0 ? condition.notifyAll() : condition.notify(statement.count);
      }
      case "putNowait":
        return pick(this.queues, statement.queue).putNowait(statement.item);
      case "getNowait":
        return pick(this.queues, statement.queue).getNowait();
      case "taskDone":
        return pick(this.queues, statement.queue).taskDone();
      case "shutdown":
        return pick(this.queues, statement.queue).shutdown({ immediate: statement.immediate });
      case "whenDone":
        return (tasks[statement.task % tasks.length] as Task<unknown>).addDoneCallback((task) =>
          this.log("done", id, endingOf(task)),
        );
    }
  }
}

/** Shut down, or released too often. */
function ignoreErrors(call: () => unknown): void {
  try {
    call();
  } catch {}
}

/** One of a list, by a number that is in its range. */
export function pick<T>(list: readonly T[], index: number): T {
  return list[index] as T;
}

function endingOf(future: Future<unknown>): string {
  if (!future.done()) return ".";
  if (future.cancelled()) return "c";
  return future.exception() === undefined ? "v" : "e";
}
