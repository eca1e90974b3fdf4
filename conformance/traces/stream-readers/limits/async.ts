// readuntil() leaves what is too long where it is; readline() drops it.
import { coroutine } from "@asyncio-ts/coroutine";
import { LimitOverrunError, StreamReader } from "@asyncio-ts/streams";

const text = new TextDecoder();

const until = coroutine(async (reader: StreamReader, separator: string) => {
  try {
    console.log(text.decode(await reader.readuntil(separator)));
  } catch (error) {
    if (!(error instanceof LimitOverrunError)) throw error;
    console.log("too long:", error.consumed);
    console.log(text.decode(await reader.readexactly(error.consumed)));
  }
});

const line = coroutine(async (reader: StreamReader) => {
  try {
    console.log(text.decode(await reader.readline()).trim());
  } catch (error) {
    if (!(error instanceof LimitOverrunError)) throw error;
    console.log("dropped");
  }
});

export const main = coroutine(async () => {
  const reader = new StreamReader({ limit: 4 });
  reader.feedData("1234;12345;123456");
  await until(reader, ";");
  await until(reader, ";");
  await until(reader, ";");
  reader.feedData("abcd--");
  await until(reader, "---");
  reader.feedData("good\nmuch too long\nfine\nalso too long");
  await until(reader, "\n");
  await line(reader);
  await line(reader);
  await line(reader);
  reader.feedData(" of which a part was dropped\nlast\n");
  await line(reader);
  await line(reader);
});
