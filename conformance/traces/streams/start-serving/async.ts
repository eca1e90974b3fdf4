// A server may begin later: with startServing(), which may be called again.
import { coroutine } from "@asyncio-ts/coroutine";
import { openConnection, startServer, type StreamReader, type StreamWriter } from "@asyncio-ts/streams";

const handle = async (_reader: StreamReader, writer: StreamWriter) => {
  writer.write("served");
  writer.close();
};

export const main = coroutine(async () => {
  const server = await startServer(handle, "127.0.0.1", 0, { startServing: false });
  console.log("serving:", server.isServing());
  await server.startServing();
  console.log("serving:", server.isServing());
  await server.startServing();
  const [reader, writer] = await openConnection("127.0.0.1", server.port);
  console.log("client: got", new TextDecoder().decode(await reader.read()));
  writer.close();
  await writer.waitClosed();
  await server.with(async () => {
    console.log("inside, serving:", server.isServing());
  });
  console.log("serving:", server.isServing());
});
