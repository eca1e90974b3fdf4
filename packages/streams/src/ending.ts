/** The end of sockets that would outlive their loop, when a `run()` ends or a loop is closed. */
import { partsOf } from "@asyncio-ts/loop/internal";
import type { LoopLike } from "@asyncio-ts/future/lowlevel";

/** Something open that is ended with its loop. */
export interface Ending {
  cancel(message?: string): unknown;
}

/** Has the loop end `one` after its tasks, which may need it to clean up, until `forget`. */
export function endWith(loop: LoopLike, one: Ending): void {
  partsOf(loop).shutdown.toCancelLast.add(one);
}

export function forget(loop: LoopLike, one: Ending): void {
  partsOf(loop).shutdown.toCancelLast.delete(one);
}

/** Has the end of the loop wait until a socket, or a server, that was closed has released its handle. */
export function awaitClose(
  loop: LoopLike,
  closing: { once(event: "close", listener: () => void): unknown },
): void {
  const { toAwait } = partsOf(loop).shutdown;
  const closed = new Promise<void>((resolve) => {
    closing.once("close", () => {
      toAwait.delete(closed);
      resolve();
    });
  });
  toAwait.add(closed);
}
