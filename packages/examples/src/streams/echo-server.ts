import * as asyncio from "asyncio-ts";

const text = new TextDecoder();

const handleEcho = asyncio.coroutine(async (reader: asyncio.StreamReader, writer: asyncio.StreamWriter) => {
  const message = text.decode(await reader.read(100));
  const [host] = writer.getExtraInfo("peername") ?? [];
  console.log(`Received ${JSON.stringify(message)} from ${host}`);

  console.log(`Send: ${JSON.stringify(message)}`);
  writer.write(message);
  await writer.drain();

  console.log("Close the connection");
  writer.close();
  await writer.waitClosed();
});

export const main = asyncio.coroutine(async ({ port = 8888 }: { readonly port?: number } = {}) => {
  const server = await asyncio.startServer(handleEcho, "127.0.0.1", port);
  const addresses = server.sockets.map((socket) => `${socket.address}:${socket.port}`);
  console.log(`Serving on ${addresses.join(", ")}`);

  await server.with(() => server.serveForever());
});

if (process.argv[1] === import.meta.filename) await asyncio.run(main());
