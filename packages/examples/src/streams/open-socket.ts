import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import * as asyncio from "asyncio-ts";

/** Makes a pair of connected sockets, as code of somebody else may have. */
async function socketPair(): Promise<[Socket, Socket]> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const here = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [[there]] = (await Promise.all([once(server, "connection"), once(here, "connect")])) as [
    [Socket],
    unknown,
  ];
  server.close();
  return [here, there];
}

const waitForData = asyncio.coroutine(async () => {
  const [here, there] = await socketPair();

  // Register the open socket to wait for data
  await using reader = asyncio.StreamReader.from(here);

  // Simulate the reception of data from the network
  asyncio.getRunningLoop().callSoon(() => there.end("abc"));

  // Wait for data
  const data = await reader.read(100);

  // Got data, we are done: the socket is closed with its reader
  console.log("Received:", new TextDecoder().decode(data));
});

export const main = waitForData;

if (process.argv[1] === import.meta.filename) await asyncio.run(main());
