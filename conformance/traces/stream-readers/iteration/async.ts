// A reader iterates its lines, waits for them, and a break leaves the rest.
import { coroutine } from "@asyncio-ts/coroutine";
import { StreamReader } from "@asyncio-ts/streams";
import { createTask, sleep } from "@asyncio-ts/task";

const text = new TextDecoder();

const feed = coroutine(async (reader: StreamReader) => {
  for (const chunk of ["one\nt", "wo\n", "stop\nrest\nlast"]) {
    await sleep(0);
    console.log("feeds", chunk.length);
    reader.feedData(chunk);
  }
  reader.feedEof();
});

export const main = coroutine(async () => {
  const reader = new StreamReader();
  const task = createTask(feed(reader));
  for await (const bytes of reader) {
    const line = text.decode(bytes).trim();
    console.log("line", line);
    if (line === "stop") break;
  }
  console.log("after the break");
  for await (const bytes of reader) {
    console.log("line", text.decode(bytes).trim());
  }
  await task;
});
