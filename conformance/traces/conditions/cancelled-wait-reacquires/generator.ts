// A wait that is cancelled takes the lock again before it ends.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { Condition } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const waiter = coroutine(function* (condition: Condition) {
  yield* condition.with(function* () {
    try {
      console.log("waiter waits");
      yield* condition.wait();
    } catch (error) {
      if (isCancelled(error)) console.log("waiter is cancelled and has the lock:", condition.locked());
      throw error;
    }
  });
  console.log("never printed");
});

const holder = coroutine(function* (condition: Condition) {
  yield* condition.with(function* () {
    console.log("holder has the lock");
    yield* sleep(50);
    console.log("holder releases");
  });
});

export const main = coroutine(function* () {
  const condition = new Condition();
  const waiting = createTask(waiter(condition));
  const holding = createTask(holder(condition));
  yield* sleep(10);
  console.log("main cancels the waiter");
  waiting.cancel();
  yield* sleep(0);
  console.log("waiter done:", waiting.done());
  try {
    yield* waiting;
  } catch (error) {
    if (!isCancelled(error)) throw error;
    console.log("waiter cancelled:", waiting.cancelled());
  }
  yield* holding;
  console.log("locked:", condition.locked());
});
