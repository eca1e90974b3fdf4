/** A task whose step never ends. */
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
    { name: "endless" },
  );
  await sleep(1_000_000);
});
