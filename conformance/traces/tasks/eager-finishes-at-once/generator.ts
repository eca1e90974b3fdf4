// An eager task that never suspends is done when create_task returns. Only a generator coroutine can be.
import { type Coroutine, coroutine } from "@asyncio-ts/coroutine";
import { type Task, createTask, gather, sleep } from "@asyncio-ts/task";

const eager = <T>(coro: Coroutine<T>): Task<T> => {
  return createTask(coro, { eagerStart: true });
};

const quick = coroutine(function* (name: string) {
  console.log(name, "runs");
  return name;
});

const failing = coroutine(function* () {
  console.log("failing runs");
  throw new Error("failed at once");
});

const ticker = coroutine(function* (count: number) {
  for (let tick = 0; tick < count; tick += 1) {
    console.log("tick", tick);
    yield* sleep(0);
  }
});

export const main = coroutine(function* () {
  const ticks = createTask(ticker(4));
  const good = eager(quick("good"));
  console.log("good done:", good.done(), "result", good.result());
  const bad = eager(failing());
  console.log("bad done:", bad.done(), "error", (bad.exception() as Error).message);
  good.addDoneCallback(() => console.log("callback of good"));
  console.log("joined", yield* good);
  console.log("gathered", ...(yield* gather([good, eager(quick("better"))])));
  console.log("no tick before this line");
  yield* sleep(0);
  console.log("main after one iteration");
  yield* ticks;
});
