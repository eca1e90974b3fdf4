// Many clients at once: each gets its own answer.
import { coroutine } from "@asyncio-ts/coroutine";
import { openConnection, startServer, type StreamReader, type StreamWriter } from "@asyncio-ts/streams";
import { Event } from "@asyncio-ts/sync";
import { gather } from "@asyncio-ts/task";

const text = new TextDecoder();
const most = { now: 0, most: 0 };
const allHere = new Event();

const handle = function* (reader: StreamReader, writer: StreamWriter) {
  most.now += 1;
  most.most = Math.max(most.most, most.now);
  if (most.now === 50) allHere.set();
  const number = Number(text.decode(yield* reader.readline()));
  yield* allHere.wait();
  writer.write(String(number * number));
  most.now -= 1;
  writer.close();
};

const client = coroutine(function* (port: number, number: number) {
  const [reader, writer] = yield* openConnection("127.0.0.1", port);
  writer.write(`${number}\n`);
  const answer = Number(text.decode(yield* reader.read()));
  writer.close();
  yield* writer.waitClosed();
  return answer;
});

export const main = coroutine(function* () {
  const server = yield* startServer(handle, "127.0.0.1", 0);
  const { port } = server;
  const answers = yield* gather(Array.from({ length: 50 }, (_, number) => client(port, number)));
  console.log(...answers);
  console.log("at once:", most.most);
  server.close();
  yield* server.waitClosed();
});
