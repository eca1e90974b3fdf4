// Three parties meet, twice: nobody goes on before the last has come.
import { coroutine } from "@asyncio-ts/coroutine";
import { Barrier } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const party = coroutine(async (barrier: Barrier, name: string, rounds: number) => {
  for (let turn = 0; turn < rounds; turn += 1) {
    console.log(name, "comes to meeting", turn);
    await barrier.wait();
    console.log(name, "leaves meeting", turn);
    await sleep(0);
  }
});

export const main = coroutine(async () => {
  const barrier = new Barrier(3);
  const tasks = ["a", "b"].map((name) => createTask(party(barrier, name, 2)));
  await sleep(0);
  console.log("waiting", barrier.nWaiting, "of", barrier.parties);
  await sleep(10);
  console.log("main comes first");
  const position = await barrier.wait();
  console.log("main was number", position);
  await sleep(10);
  console.log("waiting", barrier.nWaiting);
  console.log("main was number", await barrier.wait());
  for (const task of tasks) {
    await task;
  }
  console.log("broken:", barrier.broken, "waiting", barrier.nWaiting);
});
