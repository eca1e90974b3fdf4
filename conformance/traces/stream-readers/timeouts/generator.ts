// A timeout around a read: what has come until then is for the next read.
import { coroutine } from "@asyncio-ts/coroutine";
import { StreamReader } from "@asyncio-ts/streams";
import { createTask, sleep, timeout, TimeoutError, waitFor } from "@asyncio-ts/task";

const text = new TextDecoder();

const feed = coroutine(function* (reader: StreamReader) {
  for (const chunk of ["slow ", "line\n", "quick line\n"]) {
    yield* sleep(800);
    console.log("feeds", chunk.length);
    reader.feedData(chunk);
  }
});

export const main = coroutine(function* () {
  const reader = new StreamReader();
  const task = createTask(feed(reader));
  for (let attempt = 0; attempt < 4; attempt += 1) {
    try {
      yield* timeout(600).with(function* () {
        console.log("got", text.decode(yield* reader.readline()).trim());
      });
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      console.log("timeout", attempt);
    }
  }
  console.log("got", text.decode(yield* waitFor(reader.readline(), 10_000)).trim());
  yield* task;
});
