// Every error has a stack that is text.
import { CancelledError } from "@asyncio-ts/future";
import { createTask, run, sleep, timeout } from "@asyncio-ts/task";

await run(async () => {
  const task = createTask(() => sleep(60_000));
  await sleep(1);
  task.cancel();
  const cancelled = await task.catch((error: unknown) => error);
  const late = await timeout(1)
    .with(() => sleep(60_000))
    .catch((error: unknown) => error);
  for (const error of [cancelled, late, new CancelledError("made by hand")]) {
    console.log((error as Error).name, typeof (error as Error).stack);
  }
});
// prints: CancelledError string
// prints: TimeoutError string
// prints: CancelledError string
