// A clean-up that awaits delays the TimeoutError; it is not interrupted again.
import { coroutine } from "@asyncio-ts/coroutine";
import { TimeoutError, createTask, sleep, timeout } from "@asyncio-ts/task";

const resource = coroutine(function* (name: string) {
  console.log(name, "opens");
  try {
    yield* sleep(10_000);
  } finally {
    console.log(name, "closes");
    yield* sleep(90);
    console.log(name, "is closed");
  }
});

const watcher = coroutine(function* () {
  yield* sleep(60);
  console.log("watcher at 60");
  yield* sleep(90);
  console.log("watcher at 150");
});

export const main = coroutine(function* () {
  const watching = createTask(watcher());
  try {
    yield* timeout(30).with(function* () {
      yield* resource("file");
    });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("timed out after the clean-up");
  }
  yield* watching;
});
