import * as asyncio from "asyncio-ts";

const text = new TextDecoder();

const tcpEchoClient = asyncio.coroutine(async (message: string, port: number) => {
  const [reader, writer] = await asyncio.openConnection("127.0.0.1", port);

  console.log(`Send: ${JSON.stringify(message)}`);
  writer.write(message);
  await writer.drain();

  const data = await reader.read(100);
  console.log(`Received: ${JSON.stringify(text.decode(data))}`);

  console.log("Close the connection");
  writer.close();
  await writer.waitClosed();
});

export const main = asyncio.coroutine(async ({ port = 8888 }: { readonly port?: number } = {}) => {
  await tcpEchoClient("Hello World!", port);
});

if (process.argv[1] === import.meta.filename) await asyncio.run(main());
