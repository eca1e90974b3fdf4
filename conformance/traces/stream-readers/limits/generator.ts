// readuntil() leaves what is too long where it is; readline() drops it.
import { coroutine } from "@asyncio-ts/coroutine";
import { LimitOverrunError, StreamReader } from "@asyncio-ts/streams";

const text = new TextDecoder();

const until = coroutine(function* (reader: StreamReader, separator: string) {
  try {
    console.log(text.decode(yield* reader.readuntil(separator)));
  } catch (error) {
    if (!(error instanceof LimitOverrunError)) throw error;
    console.log("too long:", error.consumed);
    console.log(text.decode(yield* reader.readexactly(error.consumed)));
  }
});

const line = coroutine(function* (reader: StreamReader) {
  try {
    console.log(text.decode(yield* reader.readline()).trim());
  } catch (error) {
    if (!(error instanceof LimitOverrunError)) throw error;
    console.log("dropped");
  }
});

export const main = coroutine(function* () {
  const reader = new StreamReader({ limit: 4 });
  reader.feedData("1234;12345;123456");
  yield* until(reader, ";");
  yield* until(reader, ";");
  yield* until(reader, ";");
  reader.feedData("abcd--");
  yield* until(reader, "---");
  reader.feedData("good\nmuch too long\nfine\nalso too long");
  yield* until(reader, "\n");
  yield* line(reader);
  yield* line(reader);
  yield* line(reader);
  reader.feedData(" of which a part was dropped\nlast\n");
  yield* line(reader);
  yield* line(reader);
});
