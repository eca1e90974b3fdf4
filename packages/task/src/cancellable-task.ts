import type { PendingWait, TaskLike } from "@asyncio-ts/future/lowlevel";
import type { EventLoop } from "@asyncio-ts/loop";
import type { cancelWaitOf } from "./members.js";

/** The part of a task that `Cancellation` and its helpers need. */
export interface CancellableTask extends TaskLike {
  getLoop(): EventLoop;
  cancelling(): number;
  [cancelWaitOf](wait: PendingWait, message: string | undefined): void;
}
