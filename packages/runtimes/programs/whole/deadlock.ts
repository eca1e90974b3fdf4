// A deadlock under a top-level await is an error, and ends the program.
import { Lock } from "@asyncio-ts/sync";
import { DeadlockError, run } from "@asyncio-ts/task";

const lock = new Lock();
try {
  await run(() => lock.with(() => lock.with(() => {})));
} catch (error) {
  console.log(error instanceof DeadlockError);
}
// prints: true
