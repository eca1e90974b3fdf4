// What was written before close() is sent; what is written then is dropped, and drain() tells.
import { coroutine } from "@asyncio-ts/coroutine";
import {
  ConnectionError,
  openConnection,
  startServer,
  type StreamReader,
  type StreamWriter,
} from "@asyncio-ts/streams";
import { Event } from "@asyncio-ts/sync";

const ended = new Event();

const handle = function* (reader: StreamReader, writer: StreamWriter) {
  console.log("server: read", new TextDecoder().decode(yield* reader.read()));
  writer.close();
  ended.set();
};

export const main = coroutine(function* () {
  const server = yield* startServer(handle, "127.0.0.1", 0);
  const [reader, writer] = yield* openConnection("127.0.0.1", server.port);
  console.log("client: closing:", writer.isClosing());
  writer.write("sent");
  writer.close();
  console.log("client: closing:", writer.isClosing());
  writer.write("dropped");
  writer.close();
  yield* ended.wait();
  yield* writer.waitClosed();
  console.log("client: closed", (yield* reader.read()).length, "at the end:", reader.atEof());
  yield* writer.waitClosed();
  writer.write("dropped");
  try {
    yield* writer.drain();
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    console.log("client: the connection is lost");
  }
  server.close();
  yield* server.waitClosed();
});
