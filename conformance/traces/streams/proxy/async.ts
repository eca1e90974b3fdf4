// A proxy: a task group copies both directions, and each end is passed on.
import { coroutine } from "@asyncio-ts/coroutine";
import { openConnection, startServer, type StreamReader, type StreamWriter } from "@asyncio-ts/streams";
import { TaskGroup } from "@asyncio-ts/task";

const text = new TextDecoder();

const respond = async (reader: StreamReader, writer: StreamWriter) => {
  for await (const line of reader) {
    console.log("server: got", text.decode(line).trim());
    writer.write(`re: ${text.decode(line)}`);
  }
  console.log("server: the end");
  writer.write("bye\n");
  writer.close();
};

const copy = coroutine(async (reader: StreamReader, writer: StreamWriter) => {
  for (let data = await reader.read(1000); data.length > 0; data = await reader.read(1000)) {
    writer.write(data);
    await writer.drain();
  }
  writer.writeEof();
});

export const main = coroutine(async () => {
  const server = await startServer(respond, "127.0.0.1", 0);
  const serverPort = server.port;

  const forward = async (reader: StreamReader, writer: StreamWriter) => {
    const [there, back] = await openConnection("127.0.0.1", serverPort);
    await new TaskGroup().with(async (group) => {
      group.createTask(copy(reader, back));
      group.createTask(copy(there, writer));
    });
    back.close();
    writer.close();
  };

  const proxy = await startServer(forward, "127.0.0.1", 0);
  const [reader, writer] = await openConnection("127.0.0.1", proxy.port);
  for (const word of ["one\n", "two\n"]) {
    writer.write(word);
    console.log("client: got", text.decode(await reader.readline()).trim());
  }
  writer.writeEof();
  console.log("client: got", text.decode(await reader.read()).trim());
  writer.close();
  await writer.waitClosed();
  for (const one of [proxy, server]) {
    one.close();
    await one.waitClosed();
  }
});
