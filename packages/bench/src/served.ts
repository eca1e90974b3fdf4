/** Servers under load: the clients are in a process of their own, see `load.ts`. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** Seconds of load before it counts. */
const WARM_UP = 1;

/**
 * Serves on loopback for so many seconds of load, and returns the requests per second, or 0 if one failed.
 *
 * @param leaving The number of clients that request `/slow`, and leave before it has answered.
 */
export async function underLoad(server: Server, seconds: number, leaving = 0): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  // A process needs the built file, also when this one is read as TypeScript by a test.
  const load = fileURLToPath(new URL("../dist/load.js", import.meta.url));
  const serve = async (duration: number): Promise<number> => {
    const { stdout } = await execute(process.execPath, [load, ...[port, duration, leaving].map(String)]);
    return Number(stdout);
  };
  await serve(WARM_UP);
  const value = await serve(seconds);
  server.close();
  server.closeAllConnections();
  return value;
}
