/** A cluster, of one server and of three. */
import { fileURLToPath } from "node:url";
import { BrokenExecutorError } from "@asyncio-ts/executor";
import { type Connection, DistributedWorker } from "@asyncio-ts/distributed";
import { gather, run } from "@asyncio-ts/task";
import { freePort } from "@asyncio-ts/testkit/installed";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { ClusterServers } from "./support/cluster.js";
import { Command } from "./support/command.js";
import { Fixture, suite, unless, work } from "./support/redis.js";

const fixture = new Fixture();
/** Each is in a slot of another one of three servers. */
const PREFIXES = ["{a}", "{b}", "{c}"];
const numbers = Array.from({ length: 100 }, (_, i) => i);
let one: ClusterServers;
let three: ClusterServers;

beforeAll(async () => {
  if (unless !== "") return;
  one = await ClusterServers.start(1);
  three = await ClusterServers.start(3);
});

afterAll(async () => {
  await one?.end();
  await three?.end();
});

/** Does with jobs what can be done with them. */
async function works(connection: Connection, prefix: string): Promise<void> {
  const worker = await fixture.worker({ connection, prefix });
  const pool = fixture.pool({ connection, prefix });
  expect(await gather(pool.map("addLater", numbers, numbers))).toEqual(numbers.map((n) => 2 * n));
  expect(await pool.submit("bytes", 100_000)).toHaveLength(100_000);
  const steps = pool.submit("steps", 3);
  const seen: unknown[] = [];
  for await (const step of steps.progress) seen.push(step);
  expect(seen).toEqual([{ step: 1 }, { step: 2 }, { step: 3 }]);
  const key = `${fixture.queue} ${prefix}`;
  const job = pool.submit("hang", fixture.url, key);
  await fixture.noted(key);
  expect(await pool.statistics()).toMatchObject({ running: 1, workers: 4 });
  job.cancel("enough");
  await expect(job).rejects.toMatchObject({ name: "CancelledError", message: "enough" });
  expect(await fixture.noted(key, 2)).toEqual(["begun", "CancelledError: enough"]);
  expect(await fixture.pool({ connection, prefix }).job<"steps">(steps.id)).toBe("all steps");
  await pool.shutdown();
  await worker.shutdown();
}

async function expectRefusal(connection: Connection, prefix: string, words: RegExp): Promise<void> {
  const failed = await fixture
    .pool({ connection, prefix })
    .submit("add", 1, 2)
    .catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(BrokenExecutorError);
  expect(String(failed)).toMatch(words);
  const worker = new DistributedWorker(work, {
    queue: fixture.queue,
    connection,
    prefix,
    isolation: "task",
  });
  onTestFinished(() => worker.shutdown({ grace: 0 }));
  await expect(worker.ready()).rejects.toThrow(words);
}

suite(`a cluster${unless}`, () => {
  it("of one server works as a server does, with a prefix in braces", () =>
    run(() => works(one.nodes[0] as string, "{numbers}")));

  it("needs braces, and says so", () =>
    run(async () => {
      const words = /is a cluster, where a prefix needs braces: write \{ prefix: "\{bull\}" \}/;
      await expectRefusal(one.nodes[0] as string, "bull", words);
      await expectRefusal({ nodes: three.nodes }, "bull", words);
    }));

  it("of three servers needs all of them, and says so", () =>
    run(async () => {
      const owner = await three.ownerOf("{a}");
      for (const url of three.nodes.filter((url) => url !== owner.url)) {
        await expectRefusal(url, "{a}", /is a node of a cluster: write \{ connection: \{ nodes: \[/);
      }
    }));

  it("of three servers works with its nodes, whichever has the queue", () =>
    run(async () => {
      const owners = await Promise.all(PREFIXES.map((prefix) => three.ownerOf(prefix)));
      expect(new Set(owners).size).toBe(3);
      for (const prefix of PREFIXES) await works({ nodes: three.nodes }, prefix);
    }));

  it("is found through one of its nodes, if others do not answer", () =>
    run(async () => {
      const nodes = [`redis://127.0.0.1:${await freePort()}`, three.nodes[1] as string];
      await works({ nodes }, "{a}");
    }));

  it("of which a server is killed, and started again, loses no job", () =>
    run(async () => {
      const servers = await ClusterServers.start(3, "--appendonly", "yes", "--appendfsync", "always");
      onTestFinished(() => servers.end());
      const [connection, prefix] = [{ nodes: servers.nodes }, "{a}"];
      await fixture.worker({ connection, prefix, lease: 1000 });
      const pool = fixture.pool({ connection, prefix, retries: 100, connectTimeout: 100_000 });
      const jobs = pool.map("addLater", numbers, numbers);
      await jobs[20];
      const owner = await servers.ownerOf(prefix);
      await owner.stop("SIGKILL");
      const late = pool.submit("add", 1, 2);
      await owner.start();
      expect(await gather(jobs)).toEqual(numbers.map((n) => 2 * n));
      expect(await late).toBe(3);
    }));

  it("has no connection left in the end", () =>
    run(async () => {
      const [connection, prefix] = [{ nodes: three.nodes }, "{a}"];
      const worker = await fixture.worker({ connection, prefix });
      const pool = fixture.pool({ connection, prefix });
      expect(await pool.submit("add", 1, 2)).toBe(3);
      await pool.shutdown();
      await worker.shutdown();
      for (const url of three.nodes) {
        const looking = new Redis(url);
        // Redis may be about to notice that a client has gone.
        while (clientsIn(String(await looking.client("LIST"))) > 1);
        looking.disconnect();
      }
    }));

  it("is refused at once for a wrong password", () =>
    run(async () => {
      const servers = await ClusterServers.start(1, "--requirepass", "right", "--masterauth", "right");
      onTestFinished(() => servers.end());
      const [node] = servers.nodes as [string];
      const nodes = [node.replace("//", "//:wrong@")];
      await expectRefusal({ nodes }, "{a}", /refuses the user name or password/);
      await expectRefusal({ nodes: [node] }, "{a}", /needs a password/);
      await works({ nodes: [node.replace("//", "//:right@")] }, "{a}");
    }));

  it("that can't be reached is an error with the addresses", () =>
    run(async () => {
      const ports = [await freePort(), await freePort()];
      const nodes = ports.map((port) => ({ host: "127.0.0.1", port }));
      const pool = fixture.pool({ connection: { nodes }, connectTimeout: 300 });
      const words = `could not reach Redis at 127.0.0.1:${ports[0]}, 127.0.0.1:${ports[1]} within 300 ms`;
      await expect(pool.submit("add", 1, 2)).rejects.toThrow(words);
      expect(() => fixture.pool({ connection: { nodes: [] } })).toThrow(TypeError);
    }));

  it("is the command's with --node", () =>
    run(async () => {
      const [first, second] = three.nodes as [string, string];
      const nodes = ["--node", first, "--node", second];
      const worker = new Command(fileURLToPath(work), "--queue", "q", "--prefix", "{b}", ...nodes);
      await worker.printed(" ready: ");
      const pool = fixture.pool({ queue: "q", prefix: "{b}", connection: { nodes: three.nodes } });
      expect(await pool.submit("add", 1, 2)).toBe(3);
      expect(await worker.end("SIGTERM")).toBe(0);
    }));
});

/** Counts the clients that are no nodes of the cluster. */
function clientsIn(list: string): number {
  return list
    .trim()
    .split("\n")
    .filter((line) => !/ flags=[MS]/.test(line)).length;
}
