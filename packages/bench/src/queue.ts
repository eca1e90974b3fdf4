/**
 * A redis-server on a free port, and in this process the worker of its queue: ours, or BullMQ's. Argument: which.
 * Prints the port once both are ready, and ends with its standard input, so with its parent too.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { tmpdir } from "node:os";

const CONCURRENCY = 10;

const server = createServer().listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as { port: number };
server.close();
await once(server, "close");

const redis = spawn("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", ""], {
  cwd: tmpdir(),
  stdio: ["ignore", "pipe", "inherit"],
});
process.on("exit", () => redis.kill());
process.stdin.on("end", () => process.exit()).resume();
let output = "";
for await (const text of redis.stdout.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
  output += String(text);
  if (output.includes("Ready to accept connections")) break;
}
redis.stdout.resume();

if (process.argv[2] === "bullmq") {
  const { Worker } = await import("bullmq");
  const { increment } = await import("./work.js");
  const worker = new Worker("bench", async ({ data }: { data: number }) => increment(data), {
    connection: { host: "127.0.0.1", port },
    concurrency: CONCURRENCY,
  });
  await worker.waitUntilReady();
} else {
  const { DistributedWorker } = await import("@asyncio-ts/distributed");
  const { getRunningLoop } = await import("@asyncio-ts/loop");
  const { run } = await import("@asyncio-ts/task");
  void run(async () => {
    const worker = new DistributedWorker(new URL("./work.js", import.meta.url), {
      queue: "bench",
      connection: `redis://127.0.0.1:${port}`,
      isolation: "task",
      concurrency: CONCURRENCY,
    });
    await worker.ready();
    console.log(port);
    await getRunningLoop().createFuture();
  });
}
if (process.argv[2] === "bullmq") console.log(port);
