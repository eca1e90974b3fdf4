import { abortable, CancelledError, createTask, run, sleep, timeout } from "asyncio-ts";
import { setTimeout as delay } from "node:timers/promises";

// A task calls a function that takes a signal.
const oldLoad = (page: string, signal: AbortSignal) => delay(60_000, page, { signal });
await run(async () => {
  try {
    await timeout(20).with(() => abortable((signal) => oldLoad("/", signal)));
  } catch (error) {
    console.log((error as Error).name);
    // prints: TimeoutError
  }
});

// A function that takes a signal calls new code.
async function newLoad(page: string, signal: AbortSignal) {
  signal.throwIfAborted();
  const task = createTask(() => sleep(60_000, page));
  signal.addEventListener("abort", () => task.cancel(), { once: true });
  return await task;
}
const controller = new AbortController();
const loading = newLoad("/news", controller.signal);
controller.abort();
try {
  await loading;
} catch (error) {
  console.log(error instanceof CancelledError);
  // prints: true
}
