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

const handle = async (reader: StreamReader, writer: StreamWriter) => {
  writer.write("hello\n");
  console.log("server: read", (await reader.read()).length);
  writer.close();
  ended.set();
};

const serve = coroutine(async (server: Server) => {
  try {
    await server.serveForever();
  } catch (error) {
    if (isCancelled(error)) console.log("cancelled, serving:", server.isServing());
    throw error;
  }
});

export const main = coroutine(async () => {
  const server = await startServer(handle, "127.0.0.1", 0);
  const task = createTask(serve(server));
  const [reader, writer] = await openConnection("127.0.0.1", server.port);
  console.log("client: got", new TextDecoder().decode(await reader.readline()).trim());
  try {
    await server.serveForever();
  } catch {
    console.log("only one may serve forever");
  }
  writer.close();
  await ended.wait();
  task.cancel();
  await wait([task]);
  console.log("task cancelled:", task.cancelled());
  try {
    await server.serveForever();
  } catch {
    console.log("a closed server can't serve");
  }
});
