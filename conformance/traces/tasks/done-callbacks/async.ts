// Done callbacks run one iteration after the task's end, in order, before those who began to wait later.
import { coroutine } from "@asyncio-ts/coroutine";
import { type Task, createTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (label: string) => {
  console.log(label, "runs");
  await sleep(0);
  console.log(label, "ends");
  return label;
});

const waiter = coroutine(async (task: Task<string>) => {
  console.log("waiter got", await task);
});

export const main = coroutine(async () => {
  const task = createTask(worker("worker"));
  task.addDoneCallback((done) => console.log("callback one", done.result()));
  const waiting = createTask(waiter(task));
  await sleep(0);
  task.addDoneCallback((done) => console.log("callback two", done.result()));
  console.log("main waits");
  await task;
  console.log("main goes on");
  task.addDoneCallback((done) => console.log("callback of a finished task", done.result()));
  console.log("main added a late callback");
  await sleep(0);
  console.log("main after one iteration");
  await waiting;
});
