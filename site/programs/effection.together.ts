import { abortable, createTask, run, sleep, timeout } from "asyncio-ts";
import * as effection from "effection";

// A task runs an operation, and halts it when it is cancelled.
function* operation() {
  try {
    yield* effection.sleep(60_000);
  } finally {
    yield* effection.sleep(10);
    console.log("operation halted");
  }
}
await run(async () => {
  try {
    await timeout(20).with(() =>
      abortable(async (signal) => {
        const task = effection.run(operation);
        signal.addEventListener("abort", async () => await task.halt());
        return await task;
      }),
    );
  } catch (error) {
    console.log((error as Error).name);
  }
});
// prints: operation halted
// prints: TimeoutError

// An operation runs a task, which is cancelled, and waited for, at the end of its scope.
const work = async () => {
  try {
    await sleep(60_000);
  } finally {
    await sleep(10);
    console.log("task cleaned up");
  }
};
await effection.run(function* () {
  yield* effection.using(createTask(work));
  yield* effection.sleep(10);
});
console.log("end");
// prints: task cleaned up
// prints: end
