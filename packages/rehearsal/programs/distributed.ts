// @asyncio-ts/distributed alone: it says that there is no Redis.
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { DistributedExecutor } from "@asyncio-ts/distributed";
import type * as Work from "./work.js";

const server = createServer().listen(0, () => {
  const { port } = server.address() as AddressInfo;
  server.close(() => {
    const connection = `redis://127.0.0.1:${port}`;
    const pool = new DistributedExecutor<typeof Work>({ queue: "none", connection, connectTimeout: 100 });
    pool
      .statistics()
      .catch((error: unknown) => console.log(String(error).includes("could not reach Redis") ? "ok" : error))
      .finally(() => void pool.shutdown());
  });
});
