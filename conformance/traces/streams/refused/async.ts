// A connection that nobody accepts is an error; a port that is taken, too.
import { coroutine } from "@asyncio-ts/coroutine";
import { ConnectionError, openConnection, startServer } from "@asyncio-ts/streams";

export const main = coroutine(async () => {
  const server = await startServer(() => {}, "127.0.0.1", 0);
  const { port } = server;
  try {
    await startServer(() => {}, "127.0.0.1", port);
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    console.log("the port is taken");
  }
  server.close();
  await server.waitClosed();
  try {
    await openConnection("127.0.0.1", port);
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    console.log("nobody listens");
  }
  const again = await startServer((_reader, writer) => writer.close(), "127.0.0.1", port);
  const [reader, writer] = await openConnection("127.0.0.1", port);
  console.log("accepted", (await reader.read()).length);
  writer.close();
  await writer.waitClosed();
  again.close();
  await again.waitClosed();
});
