// A value handed on through three futures takes three turns.
import { coroutine } from "@asyncio-ts/coroutine";
import { Future } from "@asyncio-ts/future";
import { createTask, sleep } from "@asyncio-ts/task";

const relay = coroutine(function* (name: string, source: Future<number>, target: Future<number>) {
  const value = yield* source;
  console.log(name, "passes", value);
  target.setResult(value + 1);
  yield* sleep(0);
  console.log(name, "ends");
});

const ticker = coroutine(function* (count: number) {
  for (let tick = 0; tick < count; tick += 1) {
    console.log("tick", tick);
    yield* sleep(0);
  }
});

export const main = coroutine(function* () {
  const a = new Future<number>();
  const b = new Future<number>();
  const c = new Future<number>();
  const d = new Future<number>();
  const tasks = [
    createTask(relay("relay 2", c, d)),
    createTask(relay("relay 0", a, b)),
    createTask(relay("relay 1", b, c)),
  ];
  yield* sleep(0);
  const ticks = createTask(ticker(6));
  a.setResult(0);
  console.log("main waits for the last");
  console.log("main got", yield* d);
  for (const task of tasks) {
    yield* task;
  }
  yield* ticks;
});
