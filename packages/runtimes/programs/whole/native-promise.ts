// After a native promise, code belongs to its own task, or where the runtime can't tell to none.
import { createTask, currentTask, gather, run, sleep } from "@asyncio-ts/task";

const name = () => currentTask()?.name ?? "no task";
await run(async () => {
  const waits = createTask(
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return name();
    },
    { name: "waits" },
  );
  const other = createTask(async () => await sleep(1), { name: "other" });
  const [found] = await gather([waits, other]);
  console.log(["waits", "no task"].includes(found));
});
// prints: true
