// Retry with a timeout for each attempt and a growing pause.
import { coroutine } from "@asyncio-ts/coroutine";
import { TimeoutError, createTask, sleep, timeout } from "@asyncio-ts/task";

const attempt = coroutine(async (number: number) => {
  console.log("attempt", number);
  try {
    if (number === 0) {
      await sleep(10_000);
    }
    if (number === 1) {
      await sleep(0);
      throw new Error("refused");
    }
    await sleep(20);
    return "answer";
  } finally {
    console.log("attempt", number, "is closed");
  }
});

const retry = coroutine(async (limit: number, attempts: number) => {
  for (let number = 0; number < attempts; number += 1) {
    try {
      return await timeout(limit).with(async () => {
        return await attempt(number);
      });
    } catch (error) {
      if (error instanceof TimeoutError) console.log("timed out");
      else console.log("failed:", (error as Error).message);
    }
    await sleep(60 * (number + 1));
  }
  return "nothing";
});

const heartbeat = coroutine(async () => {
  let beat = 0;
  while (true) {
    await sleep(110);
    console.log("beat", beat);
    beat += 1;
  }
});

export const main = coroutine(async () => {
  const beating = createTask(heartbeat());
  console.log("result", await retry(80, 3));
  beating.cancel();
  await sleep(0);
  console.log("beating cancelled:", beating.cancelled());
});
