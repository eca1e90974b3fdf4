// A reader is at its end once the end has come and all was read.
import { coroutine } from "@asyncio-ts/coroutine";
import { StreamReader } from "@asyncio-ts/streams";

export const main = coroutine(function* () {
  const reader = new StreamReader();
  const say = (when: string) => console.log(when, reader.atEof());
  say("empty:");
  reader.feedData("line\nrest");
  say("fed:");
  reader.feedEof();
  say("ended:");
  yield* reader.readline();
  say("a line was read:");
  console.log(new TextDecoder().decode(yield* reader.read()));
  say("all was read:");
  reader.feedEof();
  console.log((yield* reader.read()).length);
});
