/** Everything that lets one at a time pass, for the tests that hold for all of them. */
import { type Acquirable, BoundedSemaphore, Condition, Lock, Semaphore } from "@asyncio-ts/sync";

export interface LockLike extends Acquirable {
  locked(): boolean;
}

/** For `describe.each`. */
export const lockLikes: readonly { readonly name: string; make(): LockLike }[] = [
  { name: "Lock", make: () => new Lock() },
  { name: "Semaphore(1)", make: () => new Semaphore(1) },
  { name: "BoundedSemaphore(1)", make: () => new BoundedSemaphore(1) },
  { name: "Condition", make: () => new Condition() },
];
