// A read that waits has its turn after what is ready when the bytes arrive.
import { coroutine } from "@asyncio-ts/coroutine";
import { StreamReader } from "@asyncio-ts/streams";
import { createTask, sleep } from "@asyncio-ts/task";

const text = new TextDecoder();

const read = coroutine(async (reader: StreamReader) => {
  for (let count = 0; count < 3; count += 1) {
    console.log("read", text.decode(await reader.read(10)));
  }
  console.log("end", (await reader.read(10)).length);
});

const other = coroutine(async () => {
  for (let turn = 0; turn < 6; turn += 1) {
    console.log("other", turn);
    await sleep(0);
  }
});

export const main = coroutine(async () => {
  const reader = new StreamReader();
  const task = createTask(read(reader));
  const turns = createTask(other());
  await sleep(0);
  for (const chunk of ["a", "b", "c"]) {
    console.log("feed", chunk);
    reader.feedData(chunk);
    await sleep(0);
  }
  reader.feedEof();
  console.log("fed");
  await task;
  await turns;
});
