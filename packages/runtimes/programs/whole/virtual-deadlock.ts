// On virtual time a deadlock is an error in every runtime, under a top-level await too.
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { Lock } from "@asyncio-ts/sync";
import { DeadlockError, run } from "@asyncio-ts/task";

const lock = new Lock();
try {
  await run(() => lock.with(() => lock.with(() => {})), { loopFactory: virtualLoop });
} catch (error) {
  console.log(error instanceof DeadlockError);
}
// prints: true
