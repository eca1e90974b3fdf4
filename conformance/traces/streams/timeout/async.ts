// A timeout around a read of a socket; what comes later is for the next read.
import { coroutine } from "@asyncio-ts/coroutine";
import { openConnection, startServer, type StreamReader, type StreamWriter } from "@asyncio-ts/streams";
import { Event } from "@asyncio-ts/sync";
import { timeout, TimeoutError, waitFor } from "@asyncio-ts/task";

const ask = new Event();

const handle = async (_reader: StreamReader, writer: StreamWriter) => {
  writer.write("half ");
  await ask.wait();
  writer.write("whole\n");
  writer.close();
};

export const main = coroutine(async () => {
  const server = await startServer(handle, "127.0.0.1", 0);
  const [reader, writer] = await openConnection("127.0.0.1", server.port);
  try {
    await timeout(20).with(async () => {
      await reader.readline();
    });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("no line yet");
  }
  try {
    await waitFor(reader.readexactly(100), 20);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("not so many bytes either");
  }
  ask.set();
  await timeout(60_000).with(async () => {
    console.log(new TextDecoder().decode(await reader.readline()).trim());
  });
  writer.close();
  await writer.waitClosed();
  server.close();
  await server.waitClosed();
});
