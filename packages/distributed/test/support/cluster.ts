/** A cluster of the test's own: servers that share the slots among them. */
import { freePort } from "@asyncio-ts/testkit/installed";
import { sleep } from "@asyncio-ts/task";
import { Redis } from "ioredis";
import { RedisServer } from "./redis.js";

const SLOTS = 16_384;

export class ClusterServers {
  readonly servers: readonly RedisServer[];

  private constructor(servers: readonly RedisServer[]) {
    this.servers = servers;
  }

  /** Starts so many servers; resolves once each of them knows who has which slot. */
  static async start(count: number, ...args: readonly string[]): Promise<ClusterServers> {
    const nodes: { readonly server: RedisServer; readonly bus: number }[] = [];
    for (let i = 0; i < count; i++) {
      const bus = await freePort();
      // A server that has met no other does not know its own address.
      const address = ["--cluster-announce-ip", "127.0.0.1", "--cluster-port", String(bus)];
      const server = await RedisServer.start("--cluster-enabled", "yes", ...address, ...args);
      nodes.push({ server, bus });
    }
    const cluster = new ClusterServers(nodes.map(({ server }) => server));
    const password = args.includes("--requirepass")
      ? (args[args.indexOf("--requirepass") + 1] as string)
      : "";
    const clients = cluster.servers.map(({ port }) => new Redis({ port, password }));
    const [first] = clients as [Redis];
    for (const [i, client] of clients.entries()) {
      const [begin, end] = [i, i + 1].map((n) => Math.floor((SLOTS * n) / count)) as [number, number];
      await client.cluster("ADDSLOTSRANGE", begin, end - 1);
      const { server, bus } = nodes[i] as (typeof nodes)[0];
      if (i > 0) await first.cluster("MEET", "127.0.0.1", server.port, bus);
    }
    for (const client of clients) while (!(await isComplete(client))) await sleep(5);
    for (const client of clients) client.disconnect();
    return cluster;
  }

  get nodes(): string[] {
    return this.servers.map(({ url }) => url);
  }

  /** Returns the server that has the slot of a key. */
  async ownerOf(key: string): Promise<RedisServer> {
    const client = new Redis((this.servers[0] as RedisServer).url);
    const slot = await client.cluster("KEYSLOT", key);
    client.disconnect();
    return this.servers[Math.floor((slot * this.servers.length) / SLOTS)] as RedisServer;
  }

  async end(): Promise<void> {
    for (const server of this.servers) await server.end();
  }
}

async function isComplete(client: Redis): Promise<boolean> {
  const text = await client.cluster("INFO");
  return text.includes("cluster_state:ok") && text.includes(`cluster_slots_ok:${SLOTS}`);
}
