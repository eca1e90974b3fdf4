// Handlers that still run when main ends are cancelled, and may clean up.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import type { EventLoop } from "@asyncio-ts/loop";
import { openConnection, startServer, type StreamReader, type StreamWriter } from "@asyncio-ts/streams";
import { run, sleep } from "@asyncio-ts/task";

const handle = function* (reader: StreamReader, writer: StreamWriter) {
  try {
    writer.write("hello\n");
    yield* reader.read();
  } catch (error) {
    if (!isCancelled(error)) throw error;
    console.log("server: cancelled");
    yield* sleep(0);
    console.log("server: cleaned up");
    throw error;
  }
};

const main = coroutine(function* () {
  const server = yield* startServer(handle, "127.0.0.1", 0);
  const [reader] = yield* openConnection("127.0.0.1", server.port);
  console.log("client: got", new TextDecoder().decode(yield* reader.readline()).trim());
  console.log("main ends");
});

export const script = async (loopFactory: () => EventLoop) => {
  await run(main(), { loopFactory });
  console.log("the run is over");
};
