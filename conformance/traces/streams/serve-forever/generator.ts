// serveForever() ends only when it is cancelled; then the server closes, with its connections.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import {
  openConnection,
  type Server,
  startServer,
  type StreamReader,
  type StreamWriter,
} from "@asyncio-ts/streams";
import { Event } from "@asyncio-ts/sync";
import { createTask, wait } from "@asyncio-ts/task";

const ended = new Event();

const handle = function* (reader: StreamReader, writer: StreamWriter) {
  writer.write("hello\n");
  console.log("server: read", (yield* reader.read()).length);
  writer.close();
  ended.set();
};

const serve = coroutine(function* (server: Server) {
  try {
    yield* server.serveForever();
  } catch (error) {
    if (isCancelled(error)) console.log("cancelled, serving:", server.isServing());
    throw error;
  }
});

export const main = coroutine(function* () {
  const server = yield* startServer(handle, "127.0.0.1", 0);
  const task = createTask(serve(server));
  const [reader, writer] = yield* openConnection("127.0.0.1", server.port);
  console.log("client: got", new TextDecoder().decode(yield* reader.readline()).trim());
  try {
    yield* server.serveForever();
  } catch {
    console.log("only one may serve forever");
  }
  writer.close();
  yield* ended.wait();
  task.cancel();
  yield* wait([task]);
  console.log("task cancelled:", task.cancelled());
  try {
    yield* server.serveForever();
  } catch {
    console.log("a closed server can't serve");
  }
});
