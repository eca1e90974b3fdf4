// A timeout around a read of a socket; what comes later is for the next read.
import { coroutine } from "@asyncio-ts/coroutine";
import { openConnection, startServer, type StreamReader, type StreamWriter } from "@asyncio-ts/streams";
import { Event } from "@asyncio-ts/sync";
import { timeout, TimeoutError, waitFor } from "@asyncio-ts/task";

const ask = new Event();

const handle = function* (_reader: StreamReader, writer: StreamWriter) {
  writer.write("half ");
  yield* ask.wait();
  writer.write("whole\n");
  writer.close();
};

export const main = coroutine(function* () {
  const server = yield* startServer(handle, "127.0.0.1", 0);
  const [reader, writer] = yield* openConnection("127.0.0.1", server.port);
  try {
    yield* timeout(20).with(function* () {
      yield* reader.readline();
    });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("no line yet");
  }
  try {
    yield* waitFor(reader.readexactly(100), 20);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("not so many bytes either");
  }
  ask.set();
  yield* timeout(60_000).with(function* () {
    console.log(new TextDecoder().decode(yield* reader.readline()).trim());
  });
  writer.close();
  yield* writer.waitClosed();
  server.close();
  yield* server.waitClosed();
});
