// Which tasks are alive, step by step.
import { coroutine } from "@asyncio-ts/coroutine";
import { allTasks, createTask, currentTask, sleep } from "@asyncio-ts/task";

const alive = (): string => {
  const names = [...allTasks()].map((task) => task.name);
  return names
    .filter((name) => name.startsWith("task."))
    .sort()
    .join(" ");
};

const worker = coroutine(async (rounds: number) => {
  for (let turn = 0; turn < rounds; turn += 1) {
    await sleep(0);
  }
  console.log(currentTask()?.name, "ends, alive:", alive());
});

export const main = coroutine(async () => {
  console.log("at first:", alive());
  const first = createTask(worker(1), { name: "task.first" });
  console.log("created, not started:", alive());
  const second = createTask(worker(3), { name: "task.second" });
  const unborn = createTask(worker(9), { name: "task.unborn" });
  unborn.cancel();
  console.log("cancelled, not yet done:", alive());
  await first;
  console.log("first joined:", alive());
  await second;
  console.log("second joined:", alive());
  console.log("unborn cancelled:", unborn.cancelled());
});
