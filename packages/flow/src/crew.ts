/**
 * Crew: the tasks of one call, and the future of their end.
 *
 * States:
 *   working    tasks run, and more can be started
 *   stopping   `stopping`: the tasks have been cancelled
 *   over       the future is done: no task is left
 * working → stopping by `stop()`, and in the iteration after a cancellation from outside. A crew is never
 * over while a task is left.
 *
 * Code that awaits a crew and is cancelled does not leave it: `cancel()` only has the tasks stopped. When they
 * have ended, the waiting code gets the outcome. If that is not a cancellation, the request had no effect and
 * stays due, so neither a result nor a cancellation is lost. `abortable` of the task package works alike.
 *
 * A cancellation stops the tasks in a turn of its own: in a chain of crews within crews, a `cancel()` that
 * called the next one would overflow the stack.
 *
 * Rejected: a `TaskGroup`. It must find out at its end which requests to cancel are its own, since its body
 * may wait for anything. Here the calling code waits for nothing but the crew, so no such request is made.
 */
import type { Body } from "@asyncio-ts/coroutine";
import { assertBody } from "@asyncio-ts/coroutine/lowlevel";
import { Future, type Steps } from "@asyncio-ts/future";
import {
  arm,
  assertMessage,
  describe,
  type Runnable,
  waitsOutside,
  type Waker,
} from "@asyncio-ts/future/lowlevel";
import { createTask, type Task } from "@asyncio-ts/task";

export abstract class Crew<T> extends Future<T> implements Runnable {
  protected readonly where: string;
  /** True once the tasks have been cancelled. */
  stopping = false;
  private readonly tasks: Set<Task<unknown>> = new Set();
  private message: string | undefined = undefined;

  /** @param where the name of the function for reports */
  constructor(where: string) {
    super();
    this.where = where;
  }

  /** Returns the number of tasks that have not ended. */
  get size(): number {
    return this.tasks.size;
  }

  /** Starts a task of the crew. */
  start(body: Body<unknown>): Task<unknown> {
    let task: Task<unknown>;
    try {
      task = createTask(body);
    } catch (error) {
      // A coroutine object that was awaited before. Tasks of the crew may run by now, and must be waited for.
      task = createTask(failing(error));
    }
    this.tasks.add(task);
    task[arm](new TaskEnded(this, task));
    return task;
  }

  /** Cancels the tasks. */
  stop(): void {
    if (this.stopping) return;
    this.stopping = true;
    for (const task of this.tasks) task.cancel(this.message);
    this.endIfIdle();
  }

  /** Has the tasks cancelled, and returns true. The future is done only when they have ended. */
  override cancel(message?: string): boolean {
    assertMessage(message);
    if (this.done()) return false;
    this.message ??= message;
    this.scheduler.schedule(this);
    return true;
  }

  /** Stops the tasks, in the turn after a cancellation. */
  run(): void {
    this.stop();
  }

  /** @internal */
  override [waitsOutside](inTurn: Set<Waker>): boolean {
    for (const task of this.tasks) inTurn.add(task);
    return false;
  }

  /** Notes that a task has ended. Called by `TaskEnded`. */
  taskEnded(task: Task<unknown>): void {
    this.tasks.delete(task);
    this.note(task);
    this.endIfIdle();
  }

  /** Looks at a task that has ended. */
  protected abstract note(task: Task<unknown>): void;

  /** Gives the future its outcome, if it should have one while no task is left. */
  protected abstract end(): void;

  /** Ends the future as a task has ended. */
  protected endAs(result: () => T): void {
    try {
      this.setResult(result());
    } catch (error) {
      this.setException(error);
    }
  }

  /** Reports the error of a task, in whose place another one is thrown. A cancellation is no error. */
  protected report(task: Task<unknown>): void {
    if (task.cancelled()) return;
    const exception = task.exception();
    if (exception === undefined) return;
    const message = `Task '${task.name}' of ${this.where}() failed while it was being stopped`;
    this.getLoop().callExceptionHandler({ message, exception, future: task });
  }

  protected override describe(): string {
    return `${this.where} of ${this.size} running`;
  }

  private endIfIdle(): void {
    if (this.tasks.size === 0 && !this.done()) this.end();
  }
}

function* failing(error: unknown): Steps<never> {
  throw error;
}

/** Tells a crew that one of its tasks has ended. */
class TaskEnded implements Runnable {
  readonly awaiter: Crew<unknown>;
  private readonly task: Task<unknown>;

  constructor(crew: Crew<unknown>, task: Task<unknown>) {
    this.awaiter = crew;
    this.task = task;
  }

  run(): void {
    this.awaiter.taskEnded(this.task);
  }
}

/** Returns a list of bodies as an array; throws a TypeError that says how to write it. */
export function listOfBodies(bodies: unknown, where: string): Body<unknown>[] {
  if (typeof bodies !== "object" || bodies === null || !(Symbol.iterator in bodies) || "then" in bodies) {
    throw new TypeError(`${where}() needs a list of bodies, got ${describe(bodies)}; write ${where}([f, g])`);
  }
  const list = [...(bodies as Iterable<unknown>)];
  for (const [index, body] of list.entries()) assertBody(body, () => `${where}(), at ${index},`);
  return list as Body<unknown>[];
}
