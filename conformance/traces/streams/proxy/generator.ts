// A proxy: a task group copies both directions, and each end is passed on.
import { coroutine } from "@asyncio-ts/coroutine";
import { openConnection, startServer, type StreamReader, type StreamWriter } from "@asyncio-ts/streams";
import { TaskGroup } from "@asyncio-ts/task";

const text = new TextDecoder();

const respond = function* (reader: StreamReader, writer: StreamWriter) {
  for (let line = yield* reader.readline(); line.length > 0; line = yield* reader.readline()) {
    console.log("server: got", text.decode(line).trim());
    writer.write(`re: ${text.decode(line)}`);
  }
  console.log("server: the end");
  writer.write("bye\n");
  writer.close();
};

const copy = coroutine(function* (reader: StreamReader, writer: StreamWriter) {
  for (let data = yield* reader.read(1000); data.length > 0; data = yield* reader.read(1000)) {
    writer.write(data);
    yield* writer.drain();
  }
  writer.writeEof();
});

export const main = coroutine(function* () {
  const server = yield* startServer(respond, "127.0.0.1", 0);
  const serverPort = server.port;

  const forward = function* (reader: StreamReader, writer: StreamWriter) {
    const [there, back] = yield* openConnection("127.0.0.1", serverPort);
    yield* new TaskGroup().with(function* (group) {
      group.createTask(copy(reader, back));
      group.createTask(copy(there, writer));
    });
    back.close();
    writer.close();
  };

  const proxy = yield* startServer(forward, "127.0.0.1", 0);
  const [reader, writer] = yield* openConnection("127.0.0.1", proxy.port);
  for (const word of ["one\n", "two\n"]) {
    writer.write(word);
    console.log("client: got", text.decode(yield* reader.readline()).trim());
  }
  writer.writeEof();
  console.log("client: got", text.decode(yield* reader.read()).trim());
  writer.close();
  yield* writer.waitClosed();
  for (const one of [proxy, server]) {
    one.close();
    yield* one.waitClosed();
  }
});
