/**
 * Services: the functions of a pool's owner that its jobs may call, with `call()` of
 * `@asyncio-ts/executor/worker`. Each call runs as a task of the loop that the job belongs to.
 *
 * That is the loop which submitted the job, and nearly always the one in which the pool was made. A pool may
 * outlive its loop, but a job never does. The task has a copy of the context variables that the code which
 * submitted the job had then.
 *
 * States of a call:
 *   served    the worker waits, and the task has not ended: it is in `calls` of its `ServedCalls`
 *   answered  the task has ended, and the worker was sent its result or its error
 *   left      nobody waits: the worker has cancelled the call, or the job has ended, or the worker has. The task
 *             was cancelled and may still clean up; its result is dropped, its error reported as that of any
 *             task whose error nobody retrieves
 *   served → answered  `ended`
 *   served → left      `cancel`, `leave`
 * `Services.tasks` has the tasks of all calls that have not ended, in either state, because a shutdown waits for
 * them.
 *
 * The package of tasks is not imported: a pool without services needs none. It registers how to make one.
 */
import type { Future } from "@asyncio-ts/future";
import { slot } from "@asyncio-ts/future/internal";
import { arm, bringsCancellation, describe, failureReason, hasFailed } from "@asyncio-ts/future/lowlevel";
import type { EventLoop } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import type { Channel } from "./channel.js";
import { findUnclonable } from "./clone.js";
import { messageOf } from "./errors.js";
import type { Job } from "./job.js";
import type { FromWorker } from "./messages.js";
import { takeMoved } from "./move.js";
import { pack } from "./packed.js";

type AnyFunction = (...args: readonly unknown[]) => unknown;

/** A task, as the package of tasks makes it. */
interface ServiceTask extends Future<unknown> {
  name: string;
  getLoop(): EventLoop;
}

/** Tells an array or a `Map` from an object whose own members are meant. */
function isIterable(value: object): boolean {
  return Symbol.iterator in value;
}

/** The functions that jobs may call, by their names: the option `services` of a pool. */
export type ServiceFunctions = Readonly<Record<string, (...args: never) => unknown>>;

/** The services of a pool, and the tasks of all calls that have not ended. */
export class Services {
  private readonly functions: ReadonlyMap<string, AnyFunction>;
  private readonly receiver: object;
  private readonly tasks: Set<ServiceTask> = new Set();

  /**
   * Checks the option `services`; `where` names the call that got it.
   *
   * @throws TypeError if it is not an object of functions; Error if no tasks can be made.
   */
  constructor(functions: unknown, where: string) {
    if (typeof functions !== "object" || functions === null || isIterable(functions)) {
      throw new TypeError(
        `${where}() needs services to be an object of functions, got ${describe(functions)}`,
      );
    }
    for (const [name, value] of Object.entries(functions)) {
      if (typeof value === "function") continue;
      throw new TypeError(`${where}() needs services.${name} to be a function, got ${describe(value)}`);
    }
    if (slot.makeTask === undefined) {
      throw new Error(
        `${where}() got services, which run as tasks; import @asyncio-ts/task as well, for instance its run()`,
      );
    }
    this.functions = new Map(Object.entries(functions as Record<string, AnyFunction>));
    this.receiver = functions;
  }

  /**
   * Starts the task of a call; `ended` is called in a turn of the loop once it has ended.
   *
   * @throws TypeError if there is no such service; Error if the job's loop is closed.
   */
  start(name: string, args: readonly unknown[], job: Job<unknown, unknown>, ended: () => void): ServiceTask {
    const { functions, receiver, tasks } = this;
    const fn = functions.get(name);
    if (fn === undefined) {
      const names = [...functions.keys()].join(", ") || "none";
      throw new TypeError(
        `${job.functionName}() called ${name}(), which is no service; the services: ${names}`,
      );
    }
    const { scheduler } = partsOf(job.getLoop());
    // A function of the service's name, which reports of the task show.
    const body = { [name]: (): unknown => Reflect.apply(fn, receiver, args) };
    const { stepping } = slot;
    const held = slot.variables?.cellOf(job);
    if (held !== undefined) slot.stepping = slot.variables?.stepWith(held);
    let task: ServiceTask;
    try {
      task = slot.makeTask?.(body[name], scheduler, "a service") as unknown as ServiceTask;
    } finally {
      slot.stepping = stepping;
    }
    task.name = `${name}() for ${job.functionName}()`;
    tasks.add(task);
    task[arm]({
      run: () => {
        tasks.delete(task);
        ended();
      },
    });
    return task;
  }

  /** Tells whether a task of a call can still end. One that a closed loop has given up can't. */
  get areBusy(): boolean {
    for (const task of this.tasks) if (task.getLoop().isClosed()) this.tasks.delete(task);
    return this.tasks.size > 0;
  }
}

/** The calls of one job, which its worker waits for. */
export class ServedCalls {
  private readonly calls: Map<number, ServiceTask> = new Map();
  private readonly services: Services;
  private readonly channel: Channel;
  /** Is told that a task has ended. */
  private readonly ended: () => void;

  constructor(services: Services, channel: Channel, ended: () => void) {
    this.services = services;
    this.channel = channel;
    this.ended = ended;
  }

  /** Serves a call of the job. */
  serve(job: Job<unknown, unknown>, { id, name, args }: FromWorker & { type: "call" }): void {
    let task: ServiceTask;
    try {
      task = this.services.start(name, args, job, () => {
        if (this.calls.delete(id)) this.answer(id, name, task);
        this.ended();
      });
    } catch (error) {
      refuse(this.channel, id, error);
      return;
    }
    this.calls.set(id, task);
  }

  /** Cancels a call that the worker no longer waits for. */
  cancel(id: number, message: string | undefined): void {
    const task = this.calls.get(id);
    this.calls.delete(id);
    task?.cancel(message);
  }

  /** Cancels all calls that are left: the job has ended, or its worker has. */
  leave(message: string): void {
    const left = [...this.calls.values()];
    this.calls.clear();
    for (const task of left) task.cancel(message);
  }

  private answer(id: number, name: string, task: ServiceTask): void {
    const { channel } = this;
    if (task[hasFailed]()) {
      refuse(channel, id, task[failureReason](), task[bringsCancellation]());
      return;
    }
    const value = task.result();
    const moved = takeMoved([value]);
    try {
      channel.send({ type: "answer", id, value }, moved);
    } catch (error) {
      const reason = findUnclonable(value, channel.check, moved) ?? messageOf(error);
      const message = `the result of the service ${name}() can't be sent to a ${channel.kind}: ${reason}`;
      refuse(channel, id, new TypeError(message, { cause: error }));
    }
  }
}

/** Answers a call with an error. */
export function refuse(channel: Channel, id: number, error: unknown, isCancelled = false): void {
  channel.send({ type: "refusal", id, error: pack(error, channel.check), isCancelled });
}
