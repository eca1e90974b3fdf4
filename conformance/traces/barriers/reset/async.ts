// reset() sends the waiters away; the barrier can be used at once.
import { coroutine } from "@asyncio-ts/coroutine";
import { Barrier, BrokenBarrierError } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const party = coroutine(async (barrier: Barrier, name: string) => {
  try {
    console.log(name, "waits");
    const position = await barrier.wait();
    console.log(name, "passes as", position);
  } catch (error) {
    if (!(error instanceof BrokenBarrierError)) throw error;
    console.log(name, "is sent away, broken:", barrier.broken);
  }
});

export const main = coroutine(async () => {
  const barrier = new Barrier(3);
  const early = ["one", "two"].map((name) => createTask(party(barrier, name)));
  await sleep(10);
  console.log("waiting", barrier.nWaiting);
  await barrier.reset();
  console.log("reset, broken:", barrier.broken);
  for (const task of early) {
    await task;
  }
  console.log("waiting", barrier.nWaiting);
  const again = ["three", "four", "five"].map((name) => createTask(party(barrier, name)));
  for (const task of again) {
    await task;
  }
  console.log("waiting", barrier.nWaiting);
});
