// Done callbacks run one iteration after the task's end, in order, before those who began to wait later.
import { coroutine } from "@asyncio-ts/coroutine";
import { type Task, createTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(function* (label: string) {
  console.log(label, "runs");
  yield* sleep(0);
  console.log(label, "ends");
  return label;
});

const waiter = coroutine(function* (task: Task<string>) {
  console.log("waiter got", yield* task);
});

export const main = coroutine(function* () {
  const task = createTask(worker("worker"));
  task.addDoneCallback((done) => console.log("callback one", done.result()));
  const waiting = createTask(waiter(task));
  yield* sleep(0);
  task.addDoneCallback((done) => console.log("callback two", done.result()));
  console.log("main waits");
  yield* task;
  console.log("main goes on");
  task.addDoneCallback((done) => console.log("callback of a finished task", done.result()));
  console.log("main added a late callback");
  yield* sleep(0);
  console.log("main after one iteration");
  yield* waiting;
});
