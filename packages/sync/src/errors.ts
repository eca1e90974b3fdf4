/** The errors of queues, apart from them: other packages throw them without loading a queue. */
import { nameError } from "@asyncio-ts/future/lowlevel";

/**
 * Thrown by `getNowait()` of an empty queue. Python: `asyncio.QueueEmpty`.
 *
 * @example
 * ```ts
 * import { Queue, QueueEmpty } from "@asyncio-ts/sync";
 *
 * const queue = new Queue<string>();
 * try {
 *   queue.getNowait();
 * } catch (error) {
 *   console.log(error instanceof QueueEmpty);
 * }
 * // prints: true
 * ```
 */
export class QueueEmpty extends Error {
  static {
    nameError(this, "QueueEmpty");
  }
}

/**
 * Thrown by `putNowait()` of a full queue. Python: `asyncio.QueueFull`.
 *
 * @example
 * ```ts
 * import { Queue, QueueFull } from "@asyncio-ts/sync";
 *
 * const queue = new Queue<string>(1);
 * queue.putNowait("first");
 * try {
 *   queue.putNowait("second");
 * } catch (error) {
 *   console.log(error instanceof QueueFull);
 * }
 * // prints: true
 * ```
 */
export class QueueFull extends Error {
  static {
    nameError(this, "QueueFull");
  }
}

/**
 * Thrown by `put()` once a queue is shut down, and by `get()` once it is empty then. Python:
 * `asyncio.QueueShutDown`.
 *
 * @example
 * ```ts
 * import { Queue, QueueShutDown } from "@asyncio-ts/sync";
 *
 * const queue = new Queue<string>();
 * queue.shutdown();
 * try {
 *   await queue.put("too late");
 * } catch (error) {
 *   console.log(error instanceof QueueShutDown);
 * }
 * // prints: true
 * ```
 */
export class QueueShutDown extends Error {
  static {
    nameError(this, "QueueShutDown");
  }
}
