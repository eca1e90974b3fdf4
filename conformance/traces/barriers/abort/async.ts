// abort() breaks the barrier until it is reset; a cancelled waiter leaves it whole.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { Barrier, BrokenBarrierError } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const party = coroutine(async (barrier: Barrier, name: string) => {
  try {
    await barrier.wait();
    console.log(name, "passes");
  } catch (error) {
    if (error instanceof BrokenBarrierError) console.log(name, "finds it broken");
    else if (isCancelled(error)) console.log(name, "is cancelled, broken:", barrier.broken);
    else throw error;
  }
});

export const main = coroutine(async () => {
  const barrier = new Barrier(2);
  const victim = createTask(party(barrier, "victim"));
  await sleep(10);
  victim.cancel();
  await victim;
  console.log("waiting", barrier.nWaiting);
  const waiting = createTask(party(barrier, "waiting"));
  await sleep(10);
  await barrier.abort();
  console.log("aborted, broken:", barrier.broken);
  await waiting;
  await party(barrier, "late");
  await barrier.reset();
  console.log("reset, broken:", barrier.broken);
  const pair = ["left", "right"].map((name) => createTask(party(barrier, name)));
  for (const task of pair) {
    await task;
  }
});
