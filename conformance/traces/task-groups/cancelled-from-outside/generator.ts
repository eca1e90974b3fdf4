// Cancelling the parent, in the body and at the join, cancels the child first.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { TaskGroup, createTask, currentTask, sleep } from "@asyncio-ts/task";

const worker = coroutine(function* (name: string) {
  try {
    yield* sleep(10_000);
  } finally {
    console.log(name, "cleans up");
    yield* sleep(0);
    console.log(name, "ends");
  }
});

const parent = coroutine(function* (name: string, lingers: boolean) {
  try {
    yield* new TaskGroup().with(function* (group) {
      group.createTask(worker(name + ".child"));
      if (lingers) {
        yield* sleep(10_000);
      }
      console.log(name, "body ends");
    });
  } catch (error) {
    if (isCancelled(error)) console.log(name, "is cancelled, cancelling", currentTask()?.cancelling());
    throw error;
  }
});

export const main = coroutine(function* () {
  for (const [name, lingers] of [
    ["body", true],
    ["join", false],
  ] as const) {
    const task = createTask(parent(name, lingers));
    yield* sleep(10);
    console.log("main cancels", name);
    task.cancel();
    try {
      yield* task;
    } catch (error) {
      if (!isCancelled(error)) throw error;
      console.log(name, "joined, cancelled:", task.cancelled());
    }
  }
});
