/** Two tasks that take steps for ever; one hands items to the other. */
import { Queue } from "@asyncio-ts/sync";
import { run, sleep, TaskGroup } from "@asyncio-ts/task";

const queue = new Queue<number>(1);

await run(async function main() {
  const group = new TaskGroup();
  await group.with(async () => {
    group.createTask(
      async function produce() {
        for (let i = 0; ; i++) {
          await sleep(1);
          await queue.put(i);
        }
      },
      { name: "producer" },
    );
    group.createTask(
      async function consume() {
        for (;;) await queue.get();
      },
      { name: "consumer" },
    );
    console.log("ready");
  });
});
