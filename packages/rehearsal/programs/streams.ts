// @asyncio-ts/streams alone: an echo over TCP, and a reader of an iterable, without run().
import { openConnection, startServer, StreamReader } from "@asyncio-ts/streams";

async function main(): Promise<string> {
  const server = await startServer(
    async (reader, writer) => {
      writer.write(await reader.readline());
      writer.close();
    },
    "127.0.0.1",
    0,
  );
  const [reader, writer] = await openConnection("127.0.0.1", server.port);
  writer.write("echo\n");
  const got: string[] = [];
  for await (const line of reader.lines()) got.push(line);
  writer.close();
  server.close();
  for await (const line of StreamReader.from(["fr", "om\n"]).lines()) got.push(line);
  return got.join();
}

void main().then((got) => console.log(got === "echo,from" ? "ok" : got));
