// A read that is cancelled takes nothing: the next one gets all.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { StreamReader } from "@asyncio-ts/streams";
import { createTask, sleep, wait } from "@asyncio-ts/task";

const text = new TextDecoder();

const read = coroutine(async (reader: StreamReader) => {
  try {
    await reader.readexactly(10);
  } catch (error) {
    if (isCancelled(error)) console.log("cancelled");
    throw error;
  }
});

export const main = coroutine(async () => {
  const reader = new StreamReader();
  for (const chunk of ["begin ", "middle ", "end\n"]) {
    const task = createTask(read(reader));
    await sleep(0);
    task.cancel();
    await wait([task]);
    console.log("task cancelled:", task.cancelled());
    reader.feedData(chunk);
    if (chunk === "begin ") {
      console.log(text.decode(await reader.read(2)));
    }
  }
  console.log(text.decode(await reader.readline()).trim());
});
