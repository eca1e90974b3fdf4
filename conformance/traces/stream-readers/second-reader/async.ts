// Only one task may read; the second is refused at once, and the first goes on.
import { coroutine } from "@asyncio-ts/coroutine";
import { StreamReader } from "@asyncio-ts/streams";
import { createTask } from "@asyncio-ts/task";

const text = new TextDecoder();

const read = coroutine(async (reader: StreamReader, name: string) => {
  try {
    console.log(name, "got", text.decode(await reader.readline()).trim());
  } catch {
    console.log(name, "is refused");
  }
});

export const main = coroutine(async () => {
  const reader = new StreamReader();
  const first = createTask(read(reader, "first"));
  const second = createTask(read(reader, "second"));
  await second;
  reader.feedData("line\nnext\n");
  await first;
  await read(reader, "third");
});
