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

const handle = async (reader: StreamReader, writer: StreamWriter) => {
  for (let line = await reader.readline(); line.length > 0; line = await reader.readline()) {
    writer.write(line);
  }
  console.log("server: the connection ends");
  writer.close();
};

const waitClosed = coroutine(async (server: Server, name: string) => {
  await server.waitClosed();
  console.log(name, "is over");
});

export const main = coroutine(async () => {
  const server = await startServer(handle, "127.0.0.1", 0);
  const { port } = server;
  const early = createTask(waitClosed(server, "the wait before close()"));
  const [reader, writer] = await openConnection("127.0.0.1", port);
  writer.write("before\n");
  console.log("client: got", text.decode(await reader.readline()).trim());
  console.log("serving:", server.isServing(), server.sockets.length);
  server.close();
  server.close();
  console.log("serving:", server.isServing(), server.sockets.length);
  const late = createTask(waitClosed(server, "the wait after close()"));
  try {
    await openConnection("127.0.0.1", port);
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    console.log("client: refused");
  }
  writer.write("after\n");
  console.log("client: got", text.decode(await reader.readline()).trim());
  console.log("waits are over:", early.done(), late.done());
  writer.close();
  await early;
  await late;
  await server.waitClosed();
  console.log("the end");
});
