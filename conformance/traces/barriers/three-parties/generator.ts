// Three parties meet, twice: nobody goes on before the last has come.
import { coroutine } from "@asyncio-ts/coroutine";
import { Barrier } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const party = coroutine(function* (barrier: Barrier, name: string, rounds: number) {
  for (let turn = 0; turn < rounds; turn += 1) {
    console.log(name, "comes to meeting", turn);
    yield* barrier.wait();
    console.log(name, "leaves meeting", turn);
    yield* sleep(0);
  }
});

export const main = coroutine(function* () {
  const barrier = new Barrier(3);
  const tasks = ["a", "b"].map((name) => createTask(party(barrier, name, 2)));
  yield* sleep(0);
  console.log("waiting", barrier.nWaiting, "of", barrier.parties);
  yield* sleep(10);
  console.log("main comes first");
  const position = yield* barrier.wait();
  console.log("main was number", position);
  yield* sleep(10);
  console.log("waiting", barrier.nWaiting);
  console.log("main was number", yield* barrier.wait());
  for (const task of tasks) {
    yield* task;
  }
  console.log("broken:", barrier.broken, "waiting", barrier.nWaiting);
});
