// Both sides know both addresses, also when the connection is closed.
import { coroutine } from "@asyncio-ts/coroutine";
import { openConnection, startServer, type StreamReader, type StreamWriter } from "@asyncio-ts/streams";

type Address = readonly [host: string, port: number];

const names: Record<string, Address> = {};

const handle = async (_reader: StreamReader, writer: StreamWriter) => {
  names["peer"] = writer.getExtraInfo("peername") as Address;
  names["own"] = writer.getExtraInfo("sockname") as Address;
  writer.close();
};

export const main = coroutine(async () => {
  const server = await startServer(handle, "127.0.0.1", 0);
  const { port } = server;
  const [reader, writer] = await openConnection("127.0.0.1", port);
  const [peer, own] = [
    writer.getExtraInfo("peername") as Address,
    writer.getExtraInfo("sockname") as Address,
  ];
  console.log(peer[0], own[0], peer.length, own.length);
  console.log("the port of the server:", peer[1] === port);
  await reader.read();
  writer.close();
  await writer.waitClosed();
  console.log("the server sees us:", String(names["peer"]) === String(own));
  console.log("we see the server:", String(names["own"]) === String(peer));
  console.log("closed:", writer.getExtraInfo("peername")?.[0]);
  console.log(writer.getExtraInfo("unknown", "otherwise"), writer.getExtraInfo("cipher", "no cipher"));
  server.close();
  await server.waitClosed();
});
