// writeEof() ends one direction; the answer still comes in the other.
import { coroutine } from "@asyncio-ts/coroutine";
import { openConnection, startServer, type StreamReader, type StreamWriter } from "@asyncio-ts/streams";

const text = new TextDecoder();

const handle = function* (reader: StreamReader, writer: StreamWriter) {
  const data = yield* reader.read();
  console.log("server: read", text.decode(data), "at the end:", reader.atEof());
  writer.write(text.decode(data).toUpperCase());
  writer.close();
};

export const main = coroutine(function* () {
  const server = yield* startServer(handle, "127.0.0.1", 0);
  const [reader, writer] = yield* openConnection("127.0.0.1", server.port);
  console.log("client: can end:", writer.canWriteEof());
  writer.writelines(["some ", "data"]);
  writer.writeEof();
  console.log("client: ended, closing:", writer.isClosing());
  console.log("client: read", text.decode(yield* reader.read()));
  try {
    writer.write("more");
  } catch {
    console.log("client: may not write any more");
  }
  writer.close();
  yield* writer.waitClosed();
  server.close();
  yield* server.waitClosed();
});
