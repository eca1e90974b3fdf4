/** TLS, with certificates of an authority that only the test knows. */
import { fileURLToPath } from "node:url";
import { BrokenExecutorError } from "@asyncio-ts/executor";
import { DistributedWorker, type Connection } from "@asyncio-ts/distributed";
import { gather, run } from "@asyncio-ts/task";
import { freePort } from "@asyncio-ts/testkit/installed";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { Certificates, tlsSuite, unlessTls } from "./support/certificates.js";
import { ClusterServers } from "./support/cluster.js";
import { Command } from "./support/command.js";
import { Proxy } from "./support/proxy.js";
import { Fixture, RedisServer, work } from "./support/redis.js";

/** Longer than a test may take: what is refused must be refused before it. */
const LONG = 2 ** 31 - 1;

const fixture = new Fixture();
let certificates: Certificates;
let strange: Certificates;
/** A port with TLS that wants no certificate of its clients, and one that wants it; the first has a plain port, too. */
let open: number;
let closed: number;
let plain: RedisServer;
const servers: RedisServer[] = [];

beforeAll(async () => {
  if (unlessTls !== "") return;
  certificates = new Certificates();
  strange = new Certificates();
  open = await freePort();
  plain = await RedisServer.start(...certificates.server(open), "--tls-auth-clients", "no");
  closed = await freePort();
  servers.push(plain, await RedisServer.start(...certificates.server(closed)));
});

afterAll(async () => {
  for (const server of servers) await server.end();
  for (const one of [certificates, strange]) one?.remove();
});

/** Runs a job by way of a connection. */
async function works(connection: Connection, prefix = "bull"): Promise<void> {
  await fixture.worker({ connection, prefix });
  expect(await fixture.pool({ connection, prefix }).submit("add", 1, 2)).toBe(3);
}

/** Returns why a caller can't use a connection, and why a worker can't. */
async function refusals(connection: Connection): Promise<[caller: string, worker: string]> {
  const pool = fixture.pool({ connection, connectTimeout: LONG });
  const failed = await pool.submit("add", 1, 2).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(BrokenExecutorError);
  // Another job, later.
  await expect(pool.submit("add", 1, 2)).rejects.toThrow(String((failed as Error).message));
  const worker = new DistributedWorker(work, {
    queue: fixture.queue,
    connection,
    isolation: "task",
    connectTimeout: LONG,
  });
  const unready = await worker.ready().catch((error: unknown) => error);
  expect(unready).toBeInstanceOf(BrokenExecutorError);
  await worker.shutdown({ grace: 0 });
  await pool.shutdown({ timeout: 0 });
  return [String(failed), String(unready)];
}

/** Fails unless the caller and the worker are both refused, at once, with the address and what to write. */
async function expectRefusal(connection: Connection, address: string, words: RegExp): Promise<void> {
  for (const refusal of await refusals(connection)) {
    expect(refusal).toContain(`Redis at ${address} `);
    expect(refusal).toMatch(words);
  }
}

tlsSuite(`a connection with TLS${unlessTls}`, () => {
  it.each([
    ["in parts", () => ({ host: "localhost", port: open })],
    ["as a URL", () => ({ url: `rediss://localhost:${open}` })],
    ["as an address", () => ({ url: new URL(`rediss://127.0.0.1:${open}/2`) })],
  ])("works with the authority's certificate, %s", (_, where) =>
    run(() => works({ ...where(), tls: { ca: certificates.ca } })),
  );

  it("works with a certificate of the client, if the server wants one", () =>
    run(() =>
      works({ host: "127.0.0.1", port: closed, tls: { ca: certificates.ca, ...certificates.client } }),
    ));

  it("is refused at once if the server's certificate is not trusted", () =>
    run(() =>
      expectRefusal(
        `rediss://:secret@127.0.0.1:${open}`,
        `127.0.0.1:${open}`,
        /a certificate that is not trusted: write \{ tls: \{ ca \} \}.*NODE_EXTRA_CA_CERTS/,
      ),
    ));

  it.each([
    ["that of another host", "DNS:redis.example", 2, /the certificate of another host: connect to the host/],
    ["not valid any more", "IP:127.0.0.1", -1, /a certificate that has expired, or is not valid yet/],
  ])("is refused at once if the certificate is %s", (_, name, days, words) =>
    run(async () => {
      const port = await freePort();
      const certificate = certificates.sign("server", name, days);
      servers.push(await RedisServer.start(...certificates.server(port, certificate)));
      const tls = { ca: certificates.ca, ...certificates.client };
      await expectRefusal({ host: "127.0.0.1", port, tls }, `127.0.0.1:${port}`, words);
    }),
  );

  it("is refused at once if the server wants a certificate of its clients", () =>
    run(() =>
      expectRefusal(
        { host: "127.0.0.1", port: closed, tls: { ca: certificates.ca } },
        `127.0.0.1:${closed}`,
        /wants a certificate of its clients: write \{ tls: \{ ca, cert, key \} \}/,
      ),
    ));

  it("is refused at once if the server does not trust the certificate of the client", () =>
    run(async () => {
      const tls = { ca: certificates.ca, ...strange.client };
      const words = /does not trust the certificate of this client \(tls\.cert\)/;
      await expectRefusal({ host: "127.0.0.1", port: closed, tls }, `127.0.0.1:${closed}`, words);
    }));

  it("is refused at once if there is TLS, and the URL says redis", () =>
    run(async () => {
      for (const port of [open, closed]) {
        await expectRefusal(`redis://127.0.0.1:${port}`, `127.0.0.1:${port}`, /speaks TLS: write rediss:/);
      }
    }));

  it("is refused at once if there is no TLS, and the URL says rediss", () =>
    run(() => {
      const { port } = plain;
      return expectRefusal(
        `rediss://127.0.0.1:${port}`,
        `127.0.0.1:${port}`,
        /does not speak TLS: write redis:/,
      );
    }));

  it("to a cluster works, and is refused at once if its certificate is not trusted", () =>
    run(async () => {
      const port = await freePort();
      const options = [...certificates.server(port), "--tls-cluster", "yes", "--tls-auth-clients", "no"];
      const cluster = await ClusterServers.start(1, ...options);
      onTestFinished(() => cluster.end());
      const [url, address] = [`rediss://127.0.0.1:${port}`, `127.0.0.1:${port}`];
      await works({ nodes: [{ url, tls: { ca: certificates.ca } }] }, "{tls}");
      await expectRefusal({ nodes: [url] }, address, /a certificate that is not trusted/);
      await expectRefusal({ nodes: [`redis://${address}`] }, address, /speaks TLS: write rediss:/);
    }));

  it("is made again when it is cut, and loses nothing", () =>
    run(async () => {
      const proxy = await Proxy.start(open);
      onTestFinished(() => proxy.end());
      const connection = { host: "127.0.0.1", port: proxy.port, tls: { ca: certificates.ca } };
      const pool = fixture.pool({ connection, retries: 100 });
      await fixture.worker({ connection, lease: 1000 });
      const numbers = Array.from({ length: 100 }, (_, i) => i);
      const jobs = pool.map("addLater", numbers, numbers);
      for (const n of [10, 50]) {
        await jobs[n];
        proxy.cut();
        const late = pool.submit("add", 1, n);
        await proxy.mend();
        expect(await late).toBe(1 + n);
      }
      expect(await gather(jobs)).toEqual(numbers.map((n) => 2 * n));
    }));
});

tlsSuite(`the command with TLS${unlessTls}`, () => {
  it("takes the certificates from files", () =>
    run(async () => {
      const files = ["--cacert", certificates.file("ca.pem"), "--cert", certificates.file("client.pem")];
      const url = `rediss://127.0.0.1:${closed}`;
      const worker = await Command.start(url, "files", ...files, "--key", certificates.file("client.key"));
      const tls = { ca: certificates.ca, ...certificates.client };
      const pool = fixture.pool({ queue: "files", connection: { url, tls } });
      expect(await pool.submit("add", 1, 2)).toBe(3);
      expect(await worker.end("SIGTERM")).toBe(0);
    }));

  it("ends with an error that says what is missing", async () => {
    const command = new Command(fileURLToPath(work), "--queue", "q", "--redis", `rediss://127.0.0.1:${open}`);
    expect(await command.exit()).toBe(1);
    expect(command.output).toContain(`Redis at 127.0.0.1:${open} has a certificate that is not trusted`);
    const none = new Command(fileURLToPath(work), "--queue", "q", "--cacert", "no-such-file.pem");
    expect(await none.exit()).toBe(1);
    expect(none.output).toContain("no-such-file.pem");
  });
});
