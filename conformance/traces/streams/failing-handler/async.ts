// A handler that throws is reported, its connection is closed, and the server goes on.
import { coroutine } from "@asyncio-ts/coroutine";
import { getRunningLoop } from "@asyncio-ts/loop";
import { openConnection, startServer, type StreamReader, type StreamWriter } from "@asyncio-ts/streams";

const text = new TextDecoder();
let count = 0;

const handle = async (reader: StreamReader, writer: StreamWriter) => {
  count += 1;
  const line = await reader.readline();
  if (text.decode(line) === "fail\n") throw new Error(`of handler ${count}`);
  writer.write(line);
  writer.close();
};

export const main = coroutine(async () => {
  getRunningLoop().setExceptionHandler((_loop, { exception }) => {
    console.log("reported:", (exception as Error).message);
  });
  const server = await startServer(handle, "127.0.0.1", 0);
  for (const word of ["fine", "fail", "fine again", "fail"]) {
    const [reader, writer] = await openConnection("127.0.0.1", server.port);
    writer.write(`${word}\n`);
    console.log("client: got", text.decode(await reader.read()).trim() || "nothing");
    writer.close();
    await writer.waitClosed();
  }
  server.close();
  await server.waitClosed();
});
