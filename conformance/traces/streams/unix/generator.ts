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

const handle = function* (reader: StreamReader, writer: StreamWriter) {
  for (let line = yield* reader.readline(); line.length > 0; line = yield* reader.readline()) {
    writer.write(text.decode(line).toUpperCase());
  }
  writer.close();
};

export const main = coroutine(function* () {
  const path = `/tmp/asyncio-ts-trace-${process.pid}.sock`;
  const server = yield* startUnixServer(handle, path);
  console.log("there:", existsSync(path));
  const [reader, writer] = yield* openUnixConnection(path);
  console.log("peer:", writer.getExtraInfo("peername") === path);
  writer.write("one\ntwo");
  writer.writeEof();
  console.log(text.decode(yield* reader.readline()).trim(), text.decode(yield* reader.read()));
  writer.close();
  yield* writer.waitClosed();
  server.close();
  yield* server.waitClosed();
  console.log("there:", existsSync(path));
  try {
    yield* openUnixConnection(path);
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    console.log("refused");
  }
});
