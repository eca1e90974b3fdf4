// How many iterations lie between the end of the last child and the caller's going on.
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, gather, sleep } from "@asyncio-ts/task";

const worker = coroutine(function* (name: string, rounds: number) {
  for (let turn = 0; turn < rounds; turn += 1) {
    yield* sleep(0);
  }
  console.log(name, "ends");
  return rounds;
});

const ticker = coroutine(function* (count: number) {
  for (let tick = 0; tick < count; tick += 1) {
    console.log("tick", tick);
    yield* sleep(0);
  }
});

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

export const main = coroutine(function* () {
  const ticks = createTask(ticker(7));
  const both = gather([worker("one", 1), worker("two", 2)]);
  console.log("gather made, not awaited");
  yield* sleep(0);
  console.log("main after one iteration, done:", both.done());
  console.log("sum", sum(yield* both));
  const task = createTask(worker("three", 0));
  console.log("sum", sum(yield* gather([task, worker("four", 0)])));
  yield* ticks;
});
