// A read whose bytes are there does not suspend, so nobody else has a turn.
import { coroutine } from "@asyncio-ts/coroutine";
import { StreamReader } from "@asyncio-ts/streams";
import { createTask } from "@asyncio-ts/task";

const text = new TextDecoder();

const other = coroutine(function* () {
  console.log("other");
});

export const main = coroutine(function* () {
  const reader = new StreamReader();
  reader.feedData("line\nuntil;12345rest");
  const task = createTask(other());
  console.log(text.decode(yield* reader.readline()).trim());
  console.log(text.decode(yield* reader.readuntil(";")));
  console.log(text.decode(yield* reader.readexactly(5)));
  console.log(text.decode(yield* reader.read(1)));
  console.log((yield* reader.read(0)).length);
  reader.feedEof();
  console.log(text.decode(yield* reader.read(10)));
  console.log((yield* reader.read(10)).length, (yield* reader.readline()).length);
  yield* task;
});
