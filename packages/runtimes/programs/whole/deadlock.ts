// A deadlock is an error, and the program goes on: the process is about to exit.
// skip on chromium: a page does not exit
import { Lock } from "@asyncio-ts/sync";
import { DeadlockError, run } from "@asyncio-ts/task";

const lock = new Lock();
run(() => lock.with(() => lock.with(() => {}))).catch((error: unknown) => {
  console.log(error instanceof DeadlockError);
});
// prints: true
