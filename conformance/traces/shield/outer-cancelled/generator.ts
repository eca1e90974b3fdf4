// Cancelling the one who awaits a shield leaves the inner task running.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { type Task, TimeoutError, createTask, shield, sleep, timeout } from "@asyncio-ts/task";

const inner = coroutine(function* (name: string) {
  try {
    yield* sleep(50);
    console.log(name, "ends");
    return name;
  } catch (error) {
    if (isCancelled(error)) console.log(name, "is cancelled");
    throw error;
  }
});

const outer = coroutine(function* (task: Task<string>) {
  try {
    yield* shield(task);
  } catch (error) {
    if (isCancelled(error)) console.log("outer is cancelled, inner done:", task.done());
    throw error;
  }
});

export const main = coroutine(function* () {
  const task = createTask(inner("inner"));
  const waiting = createTask(outer(task));
  yield* sleep(10);
  waiting.cancel();
  try {
    yield* waiting;
  } catch (error) {
    if (!isCancelled(error)) throw error;
    console.log("outer cancelled:", waiting.cancelled(), "inner cancelling", task.cancelling());
  }
  console.log("inner gave", yield* task);
  const second = createTask(inner("second"));
  try {
    yield* timeout(10).with(function* () {
      yield* shield(second);
    });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    console.log("timed out, second done:", second.done());
  }
  console.log("second gave", yield* second);
});
