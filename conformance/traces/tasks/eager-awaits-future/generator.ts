// An eager task waits at once: what its creator does next already finds it waiting.
import { type Coroutine, coroutine } from "@asyncio-ts/coroutine";
import { Future } from "@asyncio-ts/future";
import { type Task, createTask, sleep } from "@asyncio-ts/task";

const eager = <T>(coro: Coroutine<T>): Task<T> => {
  return createTask(coro, { eagerStart: true });
};

const waiter = coroutine(function* (name: string, future: Future<string>) {
  console.log(name, "waits");
  console.log(name, "got", yield* future);
});

const stepper = coroutine(function* (name: string) {
  console.log(name, "starts");
  yield* sleep(0);
  console.log(name, "steps");
});

export const main = coroutine(function* () {
  const future = new Future<string>();
  const before = eager(stepper("before"));
  const waiting = eager(waiter("waiter", future));
  future.setResult("a value");
  const late = eager(waiter("late", future));
  const after = eager(stepper("after"));
  console.log("late done:", late.done(), "waiter done:", waiting.done());
  for (const task of [after, waiting, before]) {
    yield* task;
  }
  console.log("main ends");
});
