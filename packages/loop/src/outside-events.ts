/**
 * Outside: the events of the world outside, as a test makes them, for the explorer to schedule.
 *
 * States of an event: asked for (a candidate in every turn), over. The end of the main task does not end the
 * world outside: events come while the tasks that are left are cancelled. Those left then never come.
 */
import { Future } from "@asyncio-ts/future";
import { slot } from "@asyncio-ts/future/internal";
import { assertFunction } from "@asyncio-ts/future/lowlevel";
import type { ExploredLoop } from "./explored-loop.js";
import { Handle } from "./handle.js";
import { partsOf } from "./parts.js";

/**
 * Makes events of the world outside, whose time `explore` chooses: an answer of a database, a message of a
 * socket, a click. In the loop's own order each comes as soon as nothing else can run, in the order in which
 * the program asked for them, and before the next timer.
 *
 * @example
 * ```ts
 * import { explore } from "@asyncio-ts/loop/testing";
 * import { gather } from "@asyncio-ts/task";
 *
 * const orders = new Set<string>();
 * await explore(
 *   async (outside) => {
 *     const order: string[] = [];
 *     const get = (page: string) => async () => order.push(await outside.promise(page));
 *     await gather([get("a"), get("b")]);
 *     orders.add(order.join(""));
 *   },
 *   { runs: 20 },
 * );
 * console.log([...orders].sort().join(" "));
 * // prints: ab ba
 * ```
 */
export interface Outside {
  /** Returns a native promise, as other libraries do; it is fulfilled with `value` at any later time. */
  promise<T>(value: T): Promise<T>;
  /** Returns a future, for generator coroutines too; it gets `value` as result at any later time. */
  future<T>(value: T): Future<T>;
  /**
   * Calls `callback` at any later time, once, outside every task: for events, and for promises that fail.
   *
   * @throws TypeError if it is no function.
   */
  call(callback: () => void): void;
}

/** Makes the events of one run. */
export function outsideOf(explored: ExploredLoop): Outside {
  const { loop } = explored;
  const { scheduler } = partsOf(loop);
  const add = (name: string, callback: () => void): void =>
    explored.addEvent(new Handle(scheduler, callback, []), name);
  return {
    promise: (value) =>
      new Promise((resolve) => {
        explored.promises++;
        add("promise", () => {
          explored.promises--;
          slot.microtasksQueued = true;
          resolve(value);
        });
      }),
    future: <T>(value: T) => {
      const future = new Future<T>({ loop: scheduler });
      add("future", () => {
        if (!future.done()) future.setResult(value);
      });
      return future;
    },
    call(callback) {
      assertFunction(callback, "outside.call");
      add(callback.name || "event", callback);
    },
  };
}
