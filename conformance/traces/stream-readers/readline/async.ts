// A line has its line end; the last one has none; then there is nothing.
import { coroutine } from "@asyncio-ts/coroutine";
import { StreamReader } from "@asyncio-ts/streams";

const text = new TextDecoder();

export const main = coroutine(async () => {
  const reader = new StreamReader();
  reader.feedData("one\ntw");
  reader.feedData("o\r\n\nthree");
  reader.feedEof();
  for (let count = 0; count < 6; count += 1) {
    const line = await reader.readline();
    console.log(line.length, text.decode(line).trim());
  }
  console.log("at the end:", reader.atEof());
});
