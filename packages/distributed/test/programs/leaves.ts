/** Ends its own connections while Redis is gone: the process must end by itself. */
import { DistributedExecutor, DistributedWorker } from "@asyncio-ts/distributed";
import { run } from "@asyncio-ts/task";

const [, , connection = "", module = ""] = process.argv;
const left = await run(async () => {
  const worker = new DistributedWorker(new URL(module), { queue: "leaves", connection, isolation: "task" });
  const pool = new DistributedExecutor({ queue: "leaves", connection });
  await worker.ready();
  await pool.statistics();
  console.log("connected");
  // Until the test has stopped Redis.
  while (worker.status().connected) await new Promise((resolve) => setTimeout(resolve, 5));
  await pool.shutdown();
  await worker.shutdown();
  return worker.status().state;
});
console.log(left);
