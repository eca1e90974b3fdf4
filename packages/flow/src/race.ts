import { type Body, Coroutine } from "@asyncio-ts/coroutine";
import type { Steps } from "@asyncio-ts/future";
import type { Task, WaitedFor } from "@asyncio-ts/task";
import { Crew, listOfBodies } from "./crew.js";

/**
 * Runs bodies concurrently, each as a task, and resolves to the result of the first that finishes, or throws
 * its error. Before that it cancels the others, and waits until they have ended.
 *
 * Errors with which the others end are reported to the exception handler of the loop. A result that another
 * one has all the same is dropped: a body that takes something which must not be lost, such as an item of a
 * queue, has to keep it itself. When cancelled, it cancels all of them and waits; if one of them finishes all
 * the same, it wins, and the cancellation is thrown at the next wait.
 *
 * @throws TypeError if `bodies` is not a list of coroutine objects, generator objects and functions; RangeError
 * if it is empty, since no body would ever win.
 *
 * @example
 * ```ts
 * import { race } from "@asyncio-ts/flow";
 * import { sleep } from "@asyncio-ts/task";
 *
 * const slow = async () => {
 *   try {
 *     return await sleep(60_000, "slow");
 *   } finally {
 *     console.log("the slow one has stopped");
 *   }
 * };
 * console.log(await race([slow, sleep(10, "fast")]));
 * // prints: the slow one has stopped
 * // prints: fast
 * ```
 */
export function race<B extends Body<unknown>>(bodies: Iterable<B>): Coroutine<WaitedFor<B>> {
  const list = listOfBodies(bodies, "race");
  if (list.length === 0) throw new RangeError("race() needs at least one body, or it would wait forever");
  return new Coroutine(running(list) as Steps<WaitedFor<B>>, "race");
}

function* running(bodies: readonly Body<unknown>[]): Steps<unknown> {
  return yield* new Race(bodies);
}

class Race extends Crew<unknown> {
  private winner: Task<unknown> | undefined = undefined;
  private last: Task<unknown> | undefined = undefined;

  constructor(bodies: readonly Body<unknown>[]) {
    super("race");
    for (const body of bodies) this.start(body);
  }

  protected override note(task: Task<unknown>): void {
    this.last = task;
    if (this.winner !== undefined) this.report(task);
    // A task that stops because it was asked to does not win.
    else if (!this.stopping || !task.cancelled()) {
      this.winner = task;
      this.stop();
    }
  }

  protected override end(): void {
    this.endAs(() => (this.winner ?? this.last)?.result());
  }
}
