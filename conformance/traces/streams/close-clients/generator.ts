// closeClients() closes the connections of a server, and their handlers read the end.
import { coroutine } from "@asyncio-ts/coroutine";
import {
  openConnection,
  startServer,
  type StreamReader,
  type Streams,
  type StreamWriter,
} from "@asyncio-ts/streams";

const byes: string[] = [];

const handle = function* (reader: StreamReader, writer: StreamWriter) {
  const name = new TextDecoder().decode(yield* reader.readline()).trim();
  console.log("server: hello", name);
  writer.write("hello\n");
  const rest = yield* reader.read();
  byes.push(`bye ${name} ${rest.length} closing: ${writer.isClosing()}`);
};

export const main = coroutine(function* () {
  const server = yield* startServer(handle, "127.0.0.1", 0);
  const { port } = server;
  const clients: Streams[] = [];
  for (const name of ["anna\n", "otto\n"]) {
    const [reader, writer] = yield* openConnection("127.0.0.1", port);
    writer.write(name);
    yield* reader.readline();
    clients.push([reader, writer]);
  }
  server.close();
  server.closeClients();
  yield* server.waitClosed();
  console.log("server: closed");
  for (const bye of byes.sort()) console.log(bye);
  for (const [reader, writer] of clients) {
    console.log("client: read", (yield* reader.read()).length);
    writer.close();
    yield* writer.waitClosed();
  }
});
