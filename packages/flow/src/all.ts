import { type Body, Coroutine } from "@asyncio-ts/coroutine";
import type { Steps } from "@asyncio-ts/future";
import type { Gathered, Task } from "@asyncio-ts/task";
import { Crew, listOfBodies } from "./crew.js";

/**
 * Runs bodies concurrently, each as a task, and resolves to their results in the order given. At the first
 * error it cancels the others, waits until they have ended, and throws that error as it is.
 *
 * Errors with which the others end are reported to the exception handler of the loop. When cancelled, it
 * cancels all of them and waits; if all have a result all the same, it resolves to the results, and the
 * cancellation is thrown at the next wait. Python: a `TaskGroup`, which throws an `ExceptionGroup`; `gather`
 * lets the others run on.
 *
 * @throws TypeError if `bodies` is not a list of coroutine objects, generator objects and functions.
 *
 * @example
 * ```ts
 * import { all } from "@asyncio-ts/flow";
 * import { sleep } from "@asyncio-ts/task";
 *
 * const [name, age] = await all([async () => sleep(20, "Ann"), sleep(10, 42)]);
 * console.log(name, age);
 * // prints: Ann 42
 * ```
 */
export function all<const B extends readonly [] | Iterable<Body<unknown>>>(
  bodies: B,
): Coroutine<Gathered<B>> {
  return new Coroutine(running(listOfBodies(bodies, "all")) as Steps<Gathered<B>>, "all");
}

function* running(bodies: readonly Body<unknown>[]): Steps<unknown> {
  return bodies.length === 0 ? [] : yield* new All(bodies);
}

class All extends Crew<unknown[]> {
  private readonly members: readonly Task<unknown>[];
  private failed: Task<unknown> | undefined = undefined;

  constructor(bodies: readonly Body<unknown>[]) {
    super("all");
    this.members = bodies.map((body) => this.start(body));
  }

  protected override note(task: Task<unknown>): void {
    if (this.failed !== undefined) this.report(task);
    // A task that stops because it was asked to does not fail.
    else if (task.cancelled() ? !this.stopping : task.exception() !== undefined) {
      this.failed = task;
      this.stop();
    }
  }

  protected override end(): void {
    this.endAs(() => {
      this.failed?.result();
      return this.members.map((task) => task.result());
    });
  }
}
