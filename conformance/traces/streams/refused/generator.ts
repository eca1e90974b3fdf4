// A connection that nobody accepts is an error; a port that is taken, too.
import { coroutine } from "@asyncio-ts/coroutine";
import { ConnectionError, openConnection, startServer } from "@asyncio-ts/streams";

export const main = coroutine(function* () {
  const server = yield* startServer(() => {}, "127.0.0.1", 0);
  const { port } = server;
  try {
    yield* startServer(() => {}, "127.0.0.1", port);
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    console.log("the port is taken");
  }
  server.close();
  yield* server.waitClosed();
  try {
    yield* openConnection("127.0.0.1", port);
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    console.log("nobody listens");
  }
  const again = yield* startServer((_reader, writer) => writer.close(), "127.0.0.1", port);
  const [reader, writer] = yield* openConnection("127.0.0.1", port);
  console.log("accepted", (yield* reader.read()).length);
  writer.close();
  yield* writer.waitClosed();
  again.close();
  yield* again.waitClosed();
});
