// Code that the runtime calls between turns belongs to no task, and a cancellation reaches only its own task.
import { createTask, currentTask, run, sleep, type Task } from "@asyncio-ts/task";

const seen: unknown[] = [];
let sleeping: Task<void> | undefined;
const handled = new Promise<void>((resolve) => {
  setTimeout(async () => {
    seen.push(currentTask()?.name ?? "no task");
    sleeping?.cancel();
    await sleep(1);
    seen.push("the handler goes on");
    resolve();
  }, 50);
});
await run(async () => {
  sleeping = createTask(() => sleep(60_000), { name: "sleeping" });
  await sleeping.catch(() => seen.push("cancelled"));
  await sleep(20);
});
await handled;
// Which of them comes first depends on the machine.
console.log(seen.sort().join(", "));
// prints: cancelled, no task, the handler goes on
