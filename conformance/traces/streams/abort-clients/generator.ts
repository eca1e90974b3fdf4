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

const handle = function* (_reader: StreamReader, writer: StreamWriter) {
  writer.write(new Uint8Array(20_000_000));
  filled.set();
  try {
    yield* writer.waitClosed();
    console.log("server: the connection ends");
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    console.log("server: the connection breaks");
  }
};

export const main = coroutine(function* () {
  const server = yield* startServer(handle, "127.0.0.1", 0);
  const [, writer] = yield* openConnection("127.0.0.1", server.port, { limit: 100 });
  yield* filled.wait();
  yield* sleep(0);
  server.close();
  server.abortClients();
  console.log("aborted");
  yield* server.waitClosed();
  yield* sleep(0);
  console.log("closed");
  writer.close();
});
