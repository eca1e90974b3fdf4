// wait_for() looks again after each notify, until its predicate holds.
import { coroutine } from "@asyncio-ts/coroutine";
import { Condition } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const consumer = coroutine(async (condition: Condition, stock: number[], name: string, wanted: number) => {
  await condition.with(async () => {
    const enough = (): boolean => {
      console.log(name, "looks:", stock.length, "of", wanted);
      return stock.length >= wanted;
    };

    await condition.waitFor(enough);
    stock.splice(0, wanted);
    console.log(name, "takes", wanted);
  });
});

const producer = coroutine(async (condition: Condition, stock: number[]) => {
  for (let item = 0; item < 4; item += 1) {
    await condition.with(async () => {
      stock.push(item);
      console.log("producer adds", item);
      condition.notifyAll();
    });
    await sleep(10);
  }
});

export const main = coroutine(async () => {
  const condition = new Condition();
  const stock: number[] = [];
  const tasks = [
    createTask(consumer(condition, stock, "greedy", 3)),
    createTask(consumer(condition, stock, "modest", 1)),
    createTask(producer(condition, stock)),
  ];
  for (const task of tasks) {
    await task;
  }
  console.log("left", stock.length);
});
