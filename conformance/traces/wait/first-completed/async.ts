// wait with FIRST_COMPLETED, again and again, until nothing is pending.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, sleep, wait } from "@asyncio-ts/task";

const worker = coroutine(async (name: string, delay: number) => {
  await sleep(delay);
  console.log(name, "ends");
  return name;
});

export const main = coroutine(async () => {
  let waiting = [
    createTask(worker("slow", 70)),
    createTask(worker("fast", 10)),
    createTask(worker("middle", 40)),
  ];
  while (waiting.length > 0) {
    const { done, pending } = await wait(waiting, { returnWhen: "FIRST_COMPLETED" });
    console.log("done", ...[...done].map((task) => task.result()), "pending", pending.size);
    waiting = [...pending];
  }
  const finished = createTask(worker("zero", 0));
  await finished;
  const other = createTask(worker("other", 10));
  const { done, pending } = await wait([other, finished], { returnWhen: "FIRST_COMPLETED" });
  console.log("at once", ...[...done].map((task) => task.result()), "pending", pending.size);
  await other;
});
