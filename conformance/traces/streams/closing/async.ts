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

const handle = async (reader: StreamReader, writer: StreamWriter) => {
  console.log("server: read", new TextDecoder().decode(await reader.read()));
  writer.close();
  ended.set();
};

export const main = coroutine(async () => {
  const server = await startServer(handle, "127.0.0.1", 0);
  const [reader, writer] = await openConnection("127.0.0.1", server.port);
  console.log("client: closing:", writer.isClosing());
  writer.write("sent");
  writer.close();
  console.log("client: closing:", writer.isClosing());
  writer.write("dropped");
  writer.close();
  await ended.wait();
  await writer.waitClosed();
  console.log("client: closed", (await reader.read()).length, "at the end:", reader.atEof());
  await writer.waitClosed();
  writer.write("dropped");
  try {
    await writer.drain();
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    console.log("client: the connection is lost");
  }
  server.close();
  await server.waitClosed();
});
