// A client and an echo server. The handler reads the end once the client has closed.
import { coroutine } from "@asyncio-ts/coroutine";
import { openConnection, startServer, type StreamReader, type StreamWriter } from "@asyncio-ts/streams";
import { Event } from "@asyncio-ts/sync";

const text = new TextDecoder();
const ended = new Event();

const handle = async (reader: StreamReader, writer: StreamWriter) => {
  for (let line = await reader.readline(); line.length > 0; line = await reader.readline()) {
    console.log("server: got", text.decode(line).trim());
    writer.write(line);
    await writer.drain();
  }
  console.log("server: the client has left");
  writer.close();
  await writer.waitClosed();
  ended.set();
};

export const main = coroutine(async () => {
  const server = await startServer(handle, "127.0.0.1", 0);
  const [reader, writer] = await openConnection("127.0.0.1", server.port);
  for (const word of ["one", "two", "three"]) {
    console.log("client: sends", word);
    writer.write(`${word}\n`);
    console.log("client: got", text.decode(await reader.readline()).trim());
  }
  writer.close();
  await ended.wait();
  server.close();
  await server.waitClosed();
  console.log("closed");
});
