// abortClients() ends connections at once, also one whose client does not read.
import { coroutine } from "@asyncio-ts/coroutine";
import {
  ConnectionError,
  openConnection,
  startServer,
  type StreamReader,
  type StreamWriter,
} from "@asyncio-ts/streams";
import { Event } from "@asyncio-ts/sync";
import { sleep } from "@asyncio-ts/task";

const filled = new Event();

const handle = async (_reader: StreamReader, writer: StreamWriter) => {
  writer.write(new Uint8Array(20_000_000));
  filled.set();
  try {
    await writer.waitClosed();
    console.log("server: the connection ends");
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    console.log("server: the connection breaks");
  }
};

export const main = coroutine(async () => {
  const server = await startServer(handle, "127.0.0.1", 0);
  const [, writer] = await openConnection("127.0.0.1", server.port, { limit: 100 });
  await filled.wait();
  await sleep(0);
  server.close();
  server.abortClients();
  console.log("aborted");
  await server.waitClosed();
  await sleep(0);
  console.log("closed");
  writer.close();
});
