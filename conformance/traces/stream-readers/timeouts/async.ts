// A timeout around a read: what has come until then is for the next read.
import { coroutine } from "@asyncio-ts/coroutine";
import { StreamReader } from "@asyncio-ts/streams";
import { createTask, sleep, timeout, TimeoutError, waitFor } from "@asyncio-ts/task";

const text = new TextDecoder();

const feed = coroutine(async (reader: StreamReader) => {
  for (const chunk of ["slow ", "line\n", "quick line\n"]) {
    await sleep(800);
    console.log("feeds", chunk.length);
    reader.feedData(chunk);
  }
});

export const main = coroutine(async () => {
  const reader = new StreamReader();
  const task = createTask(feed(reader));
  for (let attempt = 0; attempt < 4; attempt += 1) {
    try {
      await timeout(600).with(async () => {
        console.log("got", text.decode(await reader.readline()).trim());
      });
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      console.log("timeout", attempt);
    }
  }
  console.log("got", text.decode(await waitFor(reader.readline(), 10_000)).trim());
  await task;
});
