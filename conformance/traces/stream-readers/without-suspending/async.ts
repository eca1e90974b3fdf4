// A read whose bytes are there does not suspend, so nobody else has a turn.
import { coroutine } from "@asyncio-ts/coroutine";
import { StreamReader } from "@asyncio-ts/streams";
import { createTask } from "@asyncio-ts/task";

const text = new TextDecoder();

const other = coroutine(async () => {
  console.log("other");
});

export const main = coroutine(async () => {
  const reader = new StreamReader();
  reader.feedData("line\nuntil;12345rest");
  const task = createTask(other());
  console.log(text.decode(await reader.readline()).trim());
  console.log(text.decode(await reader.readuntil(";")));
  console.log(text.decode(await reader.readexactly(5)));
  console.log(text.decode(await reader.read(1)));
  console.log((await reader.read(0)).length);
  reader.feedEof();
  console.log(text.decode(await reader.read(10)));
  console.log((await reader.read(10)).length, (await reader.readline()).length);
  await task;
});
