/** A thousand tasks in nested groups, a lock and a queue; it tells the number of its steps when it is asked to end. */
import { Lock, Queue } from "@asyncio-ts/sync";
import { allTasks, run, sleep, TaskGroup } from "@asyncio-ts/task";

const lock = new Lock();
const queue = new Queue<number>();

await run(async function main() {
  await lock.acquire();
  const group = new TaskGroup();
  await group.with(async () => {
    for (let i = 0; i < 10; i++) {
      group.createTask(
        async function branch() {
          const inner = new TaskGroup();
          await inner.with(async () => {
            for (let j = 0; j < 97; j++)
              inner.createTask(() => sleep(1_000_000), { name: `sleeper ${i} ${j}` });
            inner.createTask(() => lock.acquire(), { name: `locked out ${i}` });
            inner.createTask(() => queue.get(), { name: `hungry ${i}` });
          });
        },
        { name: `branch ${i}` },
      );
    }
    await sleep(0);
    await sleep(0);
    console.log(`ready ${allTasks().size}`);
  });
});
