/** A task whose step never ends; its name is the first argument. */
import { createTask, run, sleep } from "@asyncio-ts/task";

function spin(): never {
  console.log("ready");
  for (;;);
}

await run(async () => {
  createTask(
    async function compute() {
      await sleep(1);
      spin();
    },
    { name: process.argv[2] ?? "endless" },
  );
  await sleep(1_000_000);
});
