// A deadlock under a top-level await ends the program with an error too; on Deno with that of the runtime.
// skip on chromium: a page does not exit
import { Lock } from "@asyncio-ts/sync";
import { run } from "@asyncio-ts/task";

const lock = new Lock();
await run(() => lock.with(() => lock.with(() => {})));
// errors: DeadlockError
// errors on deno: Top-level await promise never resolved
// exits: 1
