import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import * as asyncio from "asyncio-ts";

/** Finds `redis-server`, or Valkey's; undefined if neither is installed. */
export const findRedis = asyncio.coroutine(async () => {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/bin"];
  for (const name of ["redis-server", "valkey-server"]) {
    for (const folder of folders) {
      const path = join(folder, name);
      try {
        await access(path, constants.X_OK);
        return path;
      } catch {
        // Not in this folder.
      }
    }
  }
  return undefined;
});

/** Starts a server on a Unix socket in a folder; it ends when it is disposed, or with the run. */
export const startRedis = asyncio.coroutine(async (program: string, folder: string) => {
  const socket = join(folder, "redis.sock");
  const options = ["--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder];
  const server = await asyncio.createSubprocessExec(program, options, { stdout: asyncio.PIPE });
  for await (const line of server.stdout.lines()) {
    if (/ready to accept connections/i.test(line)) {
      return { url: `unix://${socket}`, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
    }
  }
  throw new Error(`${program} has ended with exit code ${await server.wait()}`);
});
