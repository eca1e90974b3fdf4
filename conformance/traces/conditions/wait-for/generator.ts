// wait_for() looks again after each notify, until its predicate holds.
import { coroutine } from "@asyncio-ts/coroutine";
import { Condition } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const consumer = coroutine(function* (condition: Condition, stock: number[], name: string, wanted: number) {
  yield* condition.with(function* () {
    const enough = (): boolean => {
      console.log(name, "looks:", stock.length, "of", wanted);
      return stock.length >= wanted;
    };

    yield* condition.waitFor(enough);
    stock.splice(0, wanted);
    console.log(name, "takes", wanted);
  });
});

const producer = coroutine(function* (condition: Condition, stock: number[]) {
  for (let item = 0; item < 4; item += 1) {
    yield* condition.with(function* () {
      stock.push(item);
      console.log("producer adds", item);
      condition.notifyAll();
    });
    yield* sleep(10);
  }
});

export const main = coroutine(function* () {
  const condition = new Condition();
  const stock: number[] = [];
  const tasks = [
    createTask(consumer(condition, stock, "greedy", 3)),
    createTask(consumer(condition, stock, "modest", 1)),
    createTask(producer(condition, stock)),
  ];
  for (const task of tasks) {
    yield* task;
  }
  console.log("left", stock.length);
});
