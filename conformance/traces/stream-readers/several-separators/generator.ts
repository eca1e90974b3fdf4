// Of several separators the one that ends first counts, also if a longer one begins before it.
import { coroutine } from "@asyncio-ts/coroutine";
import { StreamReader } from "@asyncio-ts/streams";
import { createTask, sleep } from "@asyncio-ts/task";

const text = new TextDecoder();

export const main = coroutine(function* () {
  const reader = new StreamReader();
  reader.feedData("a;b,c\r\nABCDEFG");
  const lists = [
    [",", ";"],
    [",", ";"],
    ["\n", "\r\n"],
    ["DEF", "BCDE"],
  ];
  for (const separators of lists) {
    console.log(text.decode(yield* reader.readuntil(separators)).trim());
  }
  const task = createTask(reader.readuntil(["!", "long separator"]));
  for (const chunk of [" wait", " for", " it!", " more"]) {
    yield* sleep(0);
    reader.feedData(chunk);
    console.log("fed", chunk.trim(), task.done());
  }
  console.log(text.decode(yield* task));
});
