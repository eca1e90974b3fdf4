// A free lock is taken without suspending, by as many as come one after the other.
import { coroutine } from "@asyncio-ts/coroutine";
import { Lock } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const ticker = coroutine(async (count: number) => {
  for (let tick = 0; tick < count; tick += 1) {
    console.log("tick", tick);
    await sleep(0);
  }
});

const critical = coroutine(async (lock: Lock, name: string) => {
  await lock.with(async () => {
    console.log(name, "inside, locked:", lock.locked());
  });
  return name;
});

export const main = coroutine(async () => {
  const lock = new Lock();
  const ticks = createTask(ticker(3));
  for (const name of ["one", "two", "three"]) {
    console.log("left", await critical(lock, name));
  }
  console.log("no tick so far");
  try {
    await lock.with(async () => {
      throw new Error("inside");
    });
  } catch {
    console.log("released by an error, locked:", lock.locked());
  }
  try {
    lock.release();
  } catch {
    console.log("a free lock can't be released");
  }
  await ticks;
});
