// A wait that is cancelled takes the lock again before it ends.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { Condition } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const waiter = coroutine(async (condition: Condition) => {
  await condition.with(async () => {
    try {
      console.log("waiter waits");
      await condition.wait();
    } catch (error) {
      if (isCancelled(error)) console.log("waiter is cancelled and has the lock:", condition.locked());
      throw error;
    }
  });
  console.log("never printed");
});

const holder = coroutine(async (condition: Condition) => {
  await condition.with(async () => {
    console.log("holder has the lock");
    await sleep(50);
    console.log("holder releases");
  });
});

export const main = coroutine(async () => {
  const condition = new Condition();
  const waiting = createTask(waiter(condition));
  const holding = createTask(holder(condition));
  await sleep(10);
  console.log("main cancels the waiter");
  waiting.cancel();
  await sleep(0);
  console.log("waiter done:", waiting.done());
  try {
    await waiting;
  } catch (error) {
    if (!isCancelled(error)) throw error;
    console.log("waiter cancelled:", waiting.cancelled());
  }
  await holding;
  console.log("locked:", condition.locked());
});
