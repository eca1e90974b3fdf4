// A server that closes accepts nobody else; its connections go on, and waitClosed() waits for them.
import { coroutine } from "@asyncio-ts/coroutine";
import {
  ConnectionError,
  openConnection,
  type Server,
  startServer,
  type StreamReader,
  type StreamWriter,
} from "@asyncio-ts/streams";
import { createTask } from "@asyncio-ts/task";

const text = new TextDecoder();

const handle = function* (reader: StreamReader, writer: StreamWriter) {
  for (let line = yield* reader.readline(); line.length > 0; line = yield* reader.readline()) {
    writer.write(line);
  }
  console.log("server: the connection ends");
  writer.close();
};

const waitClosed = coroutine(function* (server: Server, name: string) {
  yield* server.waitClosed();
  console.log(name, "is over");
});

export const main = coroutine(function* () {
  const server = yield* startServer(handle, "127.0.0.1", 0);
  const { port } = server;
  const early = createTask(waitClosed(server, "the wait before close()"));
  const [reader, writer] = yield* openConnection("127.0.0.1", port);
  writer.write("before\n");
  console.log("client: got", text.decode(yield* reader.readline()).trim());
  console.log("serving:", server.isServing(), server.sockets.length);
  server.close();
  server.close();
  console.log("serving:", server.isServing(), server.sockets.length);
  const late = createTask(waitClosed(server, "the wait after close()"));
  try {
    yield* openConnection("127.0.0.1", port);
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    console.log("client: refused");
  }
  writer.write("after\n");
  console.log("client: got", text.decode(yield* reader.readline()).trim());
  console.log("waits are over:", early.done(), late.done());
  writer.close();
  yield* early;
  yield* late;
  yield* server.waitClosed();
  console.log("the end");
});
