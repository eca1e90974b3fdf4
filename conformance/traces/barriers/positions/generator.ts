// Each party gets its number; who comes while the barrier empties waits for the next filling.
import { coroutine } from "@asyncio-ts/coroutine";
import { Barrier } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const party = coroutine(function* (barrier: Barrier, name: string) {
  console.log(name, "comes");
  yield* barrier.with(function* (position) {
    console.log(name, "is number", position);
    yield* sleep(0);
  });
  console.log(name, "is gone");
});

export const main = coroutine(function* () {
  const barrier = new Barrier(2);
  const tasks = [0, 1, 2, 3, 4, 5].map((number) => createTask(party(barrier, "party " + number)));
  for (const task of tasks) {
    yield* task;
  }
  console.log("waiting", barrier.nWaiting);
});
