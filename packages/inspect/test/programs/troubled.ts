/** A program with one of each trouble: a queue that grows, a lock that is held, a task that will not stop. */
import { Lock, Queue } from "@asyncio-ts/sync";
import { createTask, run, sleep } from "@asyncio-ts/task";

const lock = new Lock();
const queue = new Queue<number>();
const FOREVER = 1_000_000;

await run(async function main() {
  for (let item = 0; item < 40; item++) queue.putNowait(item);
  createTask(async () => await lock.with(async () => await sleep(FOREVER)), { name: "holder" });
  await sleep(0);
  createTask(async () => await lock.acquire(), { name: "locked out" });
  const stubborn = createTask(
    async function carryOn() {
      for (;;) {
        try {
          await sleep(5);
        } catch {
          // It should have ended.
        }
      }
    },
    { name: "stubborn" },
  );
  createTask(
    async function produce() {
      for (;;) {
        queue.putNowait(1);
        await sleep(5);
      }
    },
    { name: "producer" },
  );
  await sleep(10);
  stubborn.cancel();
  console.log("ready");
  await sleep(FOREVER);
});
