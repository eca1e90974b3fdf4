// Ctrl-C: `finally` blocks run, and the exit code is that of the signal.
import { run, sleep } from "@asyncio-ts/task";

setTimeout(() => process.kill(process.pid, "SIGINT"), 20);
await run(async () => {
  try {
    await sleep(60_000);
  } finally {
    await sleep(10);
    console.log("cleaned up");
  }
});
// prints: cleaned up
// errors: KeyboardInterrupt
// exits: 130
