// The error of a reader goes to the read that waits, and to all that follow.
import { coroutine } from "@asyncio-ts/coroutine";
import { StreamReader } from "@asyncio-ts/streams";
import { createTask, sleep } from "@asyncio-ts/task";

const read = coroutine(async (reader: StreamReader) => {
  try {
    await reader.readline();
  } catch (error) {
    console.log("waiting read:", (error as Error).message);
  }
});

export const main = coroutine(async () => {
  const reader = new StreamReader();
  console.log("error:", reader.exception() === undefined ? "none" : "some");
  reader.feedData("part of a line");
  const task = createTask(read(reader));
  await sleep(0);
  reader.setException(new Error("lost"));
  console.log("error:", (reader.exception() as Error).message);
  await task;
  const calls = {
    read: () => reader.read(4),
    readexactly: () => reader.readexactly(4),
    readline: () => reader.readline(),
    readuntil: () => reader.readuntil(),
  };
  for (const [name, call] of Object.entries(calls)) {
    try {
      await call();
    } catch (error) {
      console.log(name, (error as Error).message);
    }
  }
  console.log("at the end:", reader.atEof());
});
