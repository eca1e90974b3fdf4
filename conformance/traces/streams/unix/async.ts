// A Unix socket: its file is there while the server listens.
import { existsSync } from "node:fs";
import { coroutine } from "@asyncio-ts/coroutine";
import {
  ConnectionError,
  openUnixConnection,
  startUnixServer,
  type StreamReader,
  type StreamWriter,
} from "@asyncio-ts/streams";

const text = new TextDecoder();

const handle = async (reader: StreamReader, writer: StreamWriter) => {
  for await (const line of reader) {
    writer.write(text.decode(line).toUpperCase());
  }
  writer.close();
};

export const main = coroutine(async () => {
  const path = `/tmp/asyncio-ts-trace-${process.pid}.sock`;
  const server = await startUnixServer(handle, path);
  console.log("there:", existsSync(path));
  const [reader, writer] = await openUnixConnection(path);
  console.log("peer:", writer.getExtraInfo("peername") === path);
  writer.write("one\ntwo");
  writer.writeEof();
  console.log(text.decode(await reader.readline()).trim(), text.decode(await reader.read()));
  writer.close();
  await writer.waitClosed();
  server.close();
  await server.waitClosed();
  console.log("there:", existsSync(path));
  try {
    await openUnixConnection(path);
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    console.log("refused");
  }
});
