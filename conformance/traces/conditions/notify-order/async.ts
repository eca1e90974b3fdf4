// notify() wakes in order; each woken waiter goes on when it has the lock again.
import { coroutine } from "@asyncio-ts/coroutine";
import { Condition } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const consumer = coroutine(async (condition: Condition, name: string) => {
  await condition.with(async () => {
    console.log(name, "waits");
    await condition.wait();
    console.log(name, "is woken, locked:", condition.locked());
    await sleep(0);
    console.log(name, "leaves");
  });
});

export const main = coroutine(async () => {
  const condition = new Condition();
  const a = createTask(consumer(condition, "a"));
  const b = createTask(consumer(condition, "b"));
  const c = createTask(consumer(condition, "c"));
  await sleep(0);
  await condition.with(async () => {
    console.log("main notifies one");
    condition.notify();
    await sleep(0);
    console.log("main still has the lock");
  });
  await a;
  console.log("a is through, b done:", b.done());
  await condition.with(async () => {
    console.log("main notifies two");
    condition.notify(2);
  });
  for (const task of [a, b, c]) {
    await task;
  }
  console.log("main ends");
});
