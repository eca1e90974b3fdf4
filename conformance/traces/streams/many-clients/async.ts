// Many clients at once: each gets its own answer.
import { coroutine } from "@asyncio-ts/coroutine";
import { openConnection, startServer, type StreamReader, type StreamWriter } from "@asyncio-ts/streams";
import { Event } from "@asyncio-ts/sync";
import { gather } from "@asyncio-ts/task";

const text = new TextDecoder();
const most = { now: 0, most: 0 };
const allHere = new Event();

const handle = async (reader: StreamReader, writer: StreamWriter) => {
  most.now += 1;
  most.most = Math.max(most.most, most.now);
  if (most.now === 50) allHere.set();
  const number = Number(text.decode(await reader.readline()));
  await allHere.wait();
  writer.write(String(number * number));
  most.now -= 1;
  writer.close();
};

const client = coroutine(async (port: number, number: number) => {
  const [reader, writer] = await openConnection("127.0.0.1", port);
  writer.write(`${number}\n`);
  const answer = Number(text.decode(await reader.read()));
  writer.close();
  await writer.waitClosed();
  return answer;
});

export const main = coroutine(async () => {
  const server = await startServer(handle, "127.0.0.1", 0);
  const { port } = server;
  const answers = await gather(Array.from({ length: 50 }, (_, number) => client(port, number)));
  console.log(...answers);
  console.log("at once:", most.most);
  server.close();
  await server.waitClosed();
});
