// Frames of bytes: a length, and then so many bytes; the last one is cut short.
import { coroutine } from "@asyncio-ts/coroutine";
import {
  IncompleteReadError,
  openConnection,
  startServer,
  type StreamReader,
  type StreamWriter,
} from "@asyncio-ts/streams";

const text = new TextDecoder();

const header = (length: number) => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, length);
  return bytes;
};

const lengthIn = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);

const handle = function* (_reader: StreamReader, writer: StreamWriter) {
  for (const frame of ["hello", "", "x".repeat(70_000)]) {
    writer.write(header(frame.length));
    writer.write(frame);
    yield* writer.drain();
  }
  writer.writelines([header(10), "only"]);
  writer.close();
};

export const main = coroutine(function* () {
  const server = yield* startServer(handle, "127.0.0.1", 0);
  const [reader, writer] = yield* openConnection("127.0.0.1", server.port, { limit: 100 });
  for (let count = 0; count < 4; count += 1) {
    const length = lengthIn(yield* reader.readexactly(4));
    try {
      const frame = yield* reader.readexactly(length);
      console.log("frame of", frame.length, text.decode(frame.subarray(0, 5)));
    } catch (error) {
      if (!(error instanceof IncompleteReadError)) throw error;
      console.log("cut short:", text.decode(error.partial), error.expected);
    }
  }
  try {
    yield* reader.readexactly(4);
  } catch (error) {
    if (!(error instanceof IncompleteReadError)) throw error;
    console.log("no more:", error.partial.length, error.expected);
  }
  writer.close();
  yield* writer.waitClosed();
  server.close();
  yield* server.waitClosed();
});
