// A server may begin later: with startServing(), which may be called again.
import { coroutine } from "@asyncio-ts/coroutine";
import { openConnection, startServer, type StreamReader, type StreamWriter } from "@asyncio-ts/streams";

const handle = function* (_reader: StreamReader, writer: StreamWriter) {
  writer.write("served");
  writer.close();
};

export const main = coroutine(function* () {
  const server = yield* startServer(handle, "127.0.0.1", 0, { startServing: false });
  console.log("serving:", server.isServing());
  yield* server.startServing();
  console.log("serving:", server.isServing());
  yield* server.startServing();
  const [reader, writer] = yield* openConnection("127.0.0.1", server.port);
  console.log("client: got", new TextDecoder().decode(yield* reader.read()));
  writer.close();
  yield* writer.waitClosed();
  yield* server.with(function* () {
    console.log("inside, serving:", server.isServing());
  });
  console.log("serving:", server.isServing());
});
