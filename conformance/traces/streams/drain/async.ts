// drain() of a small write does not suspend; that of a large one waits until the client reads.
import { coroutine } from "@asyncio-ts/coroutine";
import { openConnection, startServer, type StreamReader, type StreamWriter } from "@asyncio-ts/streams";
import { Event } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const size = 20_000_000;
const written = new Event();
const state = { drained: false };

const other = coroutine(async () => {
  console.log("server: another task");
});

const handle = async (_reader: StreamReader, writer: StreamWriter) => {
  const task = createTask(other());
  writer.write("small");
  await writer.drain();
  console.log("server: a small write is drained");
  await task;
  writer.write(new Uint8Array(size));
  written.set();
  await writer.drain();
  state.drained = true;
  writer.close();
};

export const main = coroutine(async () => {
  const server = await startServer(handle, "127.0.0.1", 0);
  const [reader, writer] = await openConnection("127.0.0.1", server.port);
  await written.wait();
  for (let turn = 0; turn < 20; turn += 1) {
    await sleep(0);
  }
  console.log("client: before it reads, drained:", state.drained);
  console.log("client: got", new TextDecoder().decode(await reader.readexactly(5)));
  console.log("client: got", (await reader.readexactly(size)).length);
  console.log("client: got", (await reader.read()).length, "drained:", state.drained);
  writer.close();
  await writer.waitClosed();
  server.close();
  await server.waitClosed();
});
