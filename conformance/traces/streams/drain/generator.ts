// drain() of a small write does not suspend; that of a large one waits until the client reads.
import { coroutine } from "@asyncio-ts/coroutine";
import { openConnection, startServer, type StreamReader, type StreamWriter } from "@asyncio-ts/streams";
import { Event } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const size = 20_000_000;
const written = new Event();
const state = { drained: false };

const other = coroutine(function* () {
  console.log("server: another task");
});

const handle = function* (_reader: StreamReader, writer: StreamWriter) {
  const task = createTask(other());
  writer.write("small");
  yield* writer.drain();
  console.log("server: a small write is drained");
  yield* task;
  writer.write(new Uint8Array(size));
  written.set();
  yield* writer.drain();
  state.drained = true;
  writer.close();
};

export const main = coroutine(function* () {
  const server = yield* startServer(handle, "127.0.0.1", 0);
  const [reader, writer] = yield* openConnection("127.0.0.1", server.port);
  yield* written.wait();
  for (let turn = 0; turn < 20; turn += 1) {
    yield* sleep(0);
  }
  console.log("client: before it reads, drained:", state.drained);
  console.log("client: got", new TextDecoder().decode(yield* reader.readexactly(5)));
  console.log("client: got", (yield* reader.readexactly(size)).length);
  console.log("client: got", (yield* reader.read()).length, "drained:", state.drained);
  writer.close();
  yield* writer.waitClosed();
  server.close();
  yield* server.waitClosed();
});
