/**
 * Observers: objects that are told what all tasks of the process do, for those who look at a program while it
 * runs. A recorder is one, and what hands tasks to the tools of others.
 *
 * While there is none, nothing is told, and this costs next to nothing: a wait and a turn look at a field that
 * they look at anyway (`slot.waits`, `LoopScheduler.watch`), and a task at one when it is made, cancelled and done.
 *
 * What an observer is told, and in which order:
 *   taskMade         by the code that makes the task; `slot.stepping` and the rest still say whose code that is
 *   turnBegins       a step of a task, or another callback. What is told until `turnEnded` is of that turn
 *   waitBegins       a task waits for what is not done; if that is for the next iteration, it was scheduled before
 *   scheduled        what has been put into the ready queue, by the code that runs now; a timer comes there alone
 *   cancelRequested  by the code that asks
 *   taskEnded        the task has its outcome; those that wait for it have been scheduled
 *   turnEnded        after the microtasks of the turn
 *   jobMade          by the code that submits a job to a pool of workers; `jobEnded` before its waiters have a turn
 * A task that native promises resume runs outside every turn. Only its waits, requests and end are told then.
 *
 * Who wants to observe before there is a library puts a function into the array under the registered symbol
 * `asyncio-ts.observable` of `globalThis`. It is called once the library can be observed (`offerObserve`).
 *
 * Loops are watched from when they are made. Those that are there already are known by their programs and tasks:
 * one that has neither is watched when it gets its first task.
 */
import { type contract, slot } from "@asyncio-ts/future/internal";
import type { LoopScheduler } from "./loop-scheduler.js";
import { watchWaits } from "./wait-watches.js";

class Observers {
  private readonly all = new Set<contract.Observer>();
  private readonly watched = new Set<LoopScheduler>();

  get size(): number {
    return this.all.size;
  }

  add(observer: contract.Observer): void {
    this.all.add(observer);
    for (const scheduler of this.watched) scheduler.addWatch(observer);
    for (const scheduler of knownSchedulers()) this.watch(scheduler);
  }

  delete(observer: contract.Observer): void {
    this.all.delete(observer);
    for (const scheduler of this.watched) scheduler.removeWatch(observer);
    if (this.all.size === 0) this.watched.clear();
  }

  private watch(scheduler: contract.Scheduler): void {
    if (!isOfLoop(scheduler) || this.watched.has(scheduler)) return;
    // A program of tests may make thousands of loops while it is recorded.
    for (const one of this.watched) if (one.closed) this.watched.delete(one);
    this.watched.add(scheduler);
    for (const observer of this.all) scheduler.addWatch(observer);
  }

  // ---- called by loops and tasks ----

  loopMade(scheduler: contract.Scheduler): void {
    this.watch(scheduler);
  }

  taskMade(task: contract.TaskLike): void {
    this.watch(task.scheduler);
    for (const observer of this.all) observer.taskMade(task);
  }

  cancelRequested(task: contract.TaskLike, message: string | undefined, owner: object | undefined): void {
    for (const observer of this.all) observer.cancelRequested(task, message, owner);
  }

  taskEnded(task: contract.TaskLike): void {
    for (const observer of this.all) observer.taskEnded(task);
  }

  // ---- called by jobs ----

  jobMade(job: contract.JobLike): void {
    for (const observer of this.all) observer.jobMade?.(job);
  }

  jobEnded(job: contract.JobLike): void {
    for (const observer of this.all) observer.jobEnded?.(job);
  }
}

/** Programs without an event loop have a scheduler that runs no turns. */
function isOfLoop(scheduler: contract.Scheduler): scheduler is LoopScheduler {
  return scheduler.loop !== undefined;
}

/** Returns the default loop, and those that run a program or have tasks. */
function knownSchedulers(): Set<contract.Scheduler> {
  const schedulers = new Set(slot.runs);
  for (const one of [slot.running, slot.fallback]) if (one !== undefined) schedulers.add(one);
  interface Listed {
    readonly scheduler: contract.Scheduler;
    readonly next: Listed | undefined;
  }
  const { first } = (slot.liveTasks ?? { first: undefined }) as { readonly first: Listed | undefined };
  for (let task = first; task !== undefined; task = task.next) schedulers.add(task.scheduler);
  return schedulers;
}

const observers = new Observers();
const observable: unique symbol = Symbol.for("asyncio-ts.observable");

/** Lets others observe, unless another copy does so, and calls those that wait for it. */
export function offerObserve(): void {
  if (slot.observe !== undefined) return;
  slot.observe = observe;
  const waiting = (globalThis as { [observable]?: (() => void)[] })[observable];
  for (const begin of waiting?.splice(0) ?? []) begin();
}

/** Has an observer told of what all tasks do, until the function that this returns is called. */
function observe(observer: contract.Observer): () => void {
  observers.add(observer);
  slot.observer = observers;
  const endWaits = watchWaits(observer);
  return () => {
    endWaits();
    observers.delete(observer);
    if (observers.size === 0) slot.observer = undefined;
  };
}
