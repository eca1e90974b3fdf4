/** Ten thousand tasks in nested groups, three locks, a queue and a pool; it prints what it knows of itself. */
import { ThreadPoolExecutor } from "@asyncio-ts/executor";
import { Lock, Queue } from "@asyncio-ts/sync";
import { allTasks, run, sleep, TaskGroup } from "@asyncio-ts/task";

const FOREVER = 1_000_000;
const locks = [new Lock(), new Lock(), new Lock()];
const queue = new Queue<number>({ maxsize: 5 });

await run(async function main() {
  await using pool = new ThreadPoolExecutor<typeof import("./block.js")>(
    new URL("./block.js", import.meta.url),
    {
      maxWorkers: 2,
    },
  );
  const jobs = Array.from({ length: 10 }, () => pool.submit("block"));
  await new TaskGroup().with(async (group) => {
    for (const [i, lock] of locks.entries())
      group.createTask(async () => await lock.with(() => sleep(FOREVER)), { name: `holder ${i}` });
    await sleep(0);
    for (let i = 0; i < 10; i++) {
      group.createTask(
        async function branch() {
          await new TaskGroup().with(async (inner) => {
            for (let j = 0; j < 10; j++) inner.createTask(() => twig(i, j), { name: `twig ${i} ${j}` });
          });
        },
        { name: `branch ${i}` },
      );
    }
    while (jobs.filter((job) => job.running()).length < 2) await sleep(1);
    for (let i = 0; i < 3; i++) await sleep(0);
    console.log(
      JSON.stringify({ tasks: allTasks().size, names: [...allTasks()].map(({ name }) => name).sort() }),
    );
  });

  async function twig(i: number, j: number): Promise<void> {
    await new TaskGroup().with(async (leaves) => {
      for (let k = 0; k < 97; k++) leaves.createTask(() => sleep(FOREVER), { name: `leaf ${i} ${j} ${k}` });
      leaves.createTask(() => (locks[j % 3] as Lock).acquire(), { name: `locked out ${i} ${j}` });
      leaves.createTask(() => queue.get(), { name: `hungry ${i} ${j}` });
      if (j === 0) leaves.createTask(async () => await jobs[i], { name: `job ${i}` });
      else leaves.createTask(() => sleep(FOREVER), { name: `leaf ${i} ${j} 97` });
    });
  }
});
