// Exactly so many bytes, whatever the limit; or an error, which has what there was.
import { coroutine } from "@asyncio-ts/coroutine";
import { IncompleteReadError, StreamReader } from "@asyncio-ts/streams";
import { createTask, sleep } from "@asyncio-ts/task";

const text = new TextDecoder();

export const main = coroutine(function* () {
  const reader = new StreamReader({ limit: 2 });
  const task = createTask(reader.readexactly(6));
  for (const chunk of ["ab", "cd", "efgh"]) {
    yield* sleep(0);
    console.log("done:", task.done());
    reader.feedData(chunk);
  }
  console.log(text.decode(yield* task));
  console.log((yield* reader.readexactly(0)).length);
  try {
    yield* reader.readexactly(-1);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.log("refused");
  }
  reader.feedEof();
  try {
    yield* reader.readexactly(3);
  } catch (error) {
    if (!(error instanceof IncompleteReadError)) throw error;
    console.log("incomplete:", text.decode(error.partial), error.expected);
  }
  console.log((yield* reader.read()).length, reader.atEof());
});
