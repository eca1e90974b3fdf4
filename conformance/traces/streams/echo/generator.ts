// A client and an echo server. The handler reads the end once the client has closed.
import { coroutine } from "@asyncio-ts/coroutine";
import { openConnection, startServer, type StreamReader, type StreamWriter } from "@asyncio-ts/streams";
import { Event } from "@asyncio-ts/sync";

const text = new TextDecoder();
const ended = new Event();

const handle = function* (reader: StreamReader, writer: StreamWriter) {
  for (let line = yield* reader.readline(); line.length > 0; line = yield* reader.readline()) {
    console.log("server: got", text.decode(line).trim());
    writer.write(line);
    yield* writer.drain();
  }
  console.log("server: the client has left");
  writer.close();
  yield* writer.waitClosed();
  ended.set();
};

export const main = coroutine(function* () {
  const server = yield* startServer(handle, "127.0.0.1", 0);
  const [reader, writer] = yield* openConnection("127.0.0.1", server.port);
  for (const word of ["one", "two", "three"]) {
    console.log("client: sends", word);
    writer.write(`${word}\n`);
    console.log("client: got", text.decode(yield* reader.readline()).trim());
  }
  writer.close();
  yield* ended.wait();
  server.close();
  yield* server.waitClosed();
  console.log("closed");
});
