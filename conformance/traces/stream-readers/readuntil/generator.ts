// A separator may be cut by chunks, and partly come before it really comes.
import { coroutine } from "@asyncio-ts/coroutine";
import { IncompleteReadError, StreamReader } from "@asyncio-ts/streams";

const text = new TextDecoder();

export const main = coroutine(function* () {
  const reader = new StreamReader();
  for (const chunk of ["head aa", "x aa", "a", "aaa", "rest", "=>value"]) {
    reader.feedData(chunk);
  }
  console.log(text.decode(yield* reader.readuntil("aaa")));
  console.log(text.decode(yield* reader.readuntil("aaa")));
  console.log(text.decode(yield* reader.readuntil("=>")));
  console.log(text.decode(yield* reader.read(3)));
  reader.feedEof();
  try {
    yield* reader.readuntil("=>");
  } catch (error) {
    if (!(error instanceof IncompleteReadError)) throw error;
    console.log("incomplete:", text.decode(error.partial));
  }
  console.log("at the end:", reader.atEof());
});
