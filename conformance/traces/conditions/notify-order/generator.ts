// notify() wakes in order; each woken waiter goes on when it has the lock again.
import { coroutine } from "@asyncio-ts/coroutine";
import { Condition } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const consumer = coroutine(function* (condition: Condition, name: string) {
  yield* condition.with(function* () {
    console.log(name, "waits");
    yield* condition.wait();
    console.log(name, "is woken, locked:", condition.locked());
    yield* sleep(0);
    console.log(name, "leaves");
  });
});

export const main = coroutine(function* () {
  const condition = new Condition();
  const a = createTask(consumer(condition, "a"));
  const b = createTask(consumer(condition, "b"));
  const c = createTask(consumer(condition, "c"));
  yield* sleep(0);
  yield* condition.with(function* () {
    console.log("main notifies one");
    condition.notify();
    yield* sleep(0);
    console.log("main still has the lock");
  });
  yield* a;
  console.log("a is through, b done:", b.done());
  yield* condition.with(function* () {
    console.log("main notifies two");
    condition.notify(2);
  });
  for (const task of [a, b, c]) {
    yield* task;
  }
  console.log("main ends");
});
