// A deadlock under a top-level await is an error too, where the runtime tells that nothing else is left.
// skip on bun, deno: there the process does not exit while a module waits
// skip on chromium: a page does not exit
import { Lock } from "@asyncio-ts/sync";
import { DeadlockError, run } from "@asyncio-ts/task";

const lock = new Lock();
try {
  await run(() => lock.with(() => lock.with(() => {})));
} catch (error) {
  console.log(error instanceof DeadlockError);
}
// prints: true
