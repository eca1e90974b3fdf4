// Locks, nested in a fixed order, and a barrier of futures: who eats when.
import { coroutine } from "@asyncio-ts/coroutine";
import { Lock } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const philosopher = coroutine(function* (name: string, left: Lock, right: Lock, rounds: number) {
  for (let turn = 0; turn < rounds; turn += 1) {
    console.log(name, "thinks", turn);
    yield* sleep(0);
    yield* left.with(function* () {
      console.log(name, "has one fork");
      yield* right.with(function* () {
        console.log(name, "eats", turn);
        yield* sleep(0);
      });
    });
  }
  console.log(name, "is full");
});

export const main = coroutine(function* () {
  const forks = [new Lock(), new Lock(), new Lock()] as const;
  const tasks = [
    createTask(philosopher("ada", forks[0], forks[1], 2)),
    createTask(philosopher("ben", forks[1], forks[2], 2)),
    createTask(philosopher("cleo", forks[0], forks[2], 2)),
  ];
  for (const task of tasks) {
    yield* task;
  }
  console.log("forks taken:", ...forks.map((fork) => fork.locked()));
});
