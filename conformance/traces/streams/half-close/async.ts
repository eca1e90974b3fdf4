// writeEof() ends one direction; the answer still comes in the other.
import { coroutine } from "@asyncio-ts/coroutine";
import { openConnection, startServer, type StreamReader, type StreamWriter } from "@asyncio-ts/streams";

const text = new TextDecoder();

const handle = async (reader: StreamReader, writer: StreamWriter) => {
  const data = await reader.read();
  console.log("server: read", text.decode(data), "at the end:", reader.atEof());
  writer.write(text.decode(data).toUpperCase());
  writer.close();
};

export const main = coroutine(async () => {
  const server = await startServer(handle, "127.0.0.1", 0);
  const [reader, writer] = await openConnection("127.0.0.1", server.port);
  console.log("client: can end:", writer.canWriteEof());
  writer.writelines(["some ", "data"]);
  writer.writeEof();
  console.log("client: ended, closing:", writer.isClosing());
  console.log("client: read", text.decode(await reader.read()));
  try {
    writer.write("more");
  } catch {
    console.log("client: may not write any more");
  }
  writer.close();
  await writer.waitClosed();
  server.close();
  await server.waitClosed();
});
