// Retry with a timeout for each attempt and a growing pause.
import { coroutine } from "@asyncio-ts/coroutine";
import { TimeoutError, createTask, sleep, timeout } from "@asyncio-ts/task";

const attempt = coroutine(function* (number: number) {
  console.log("attempt", number);
  try {
    if (number === 0) {
      yield* sleep(10_000);
    }
    if (number === 1) {
      yield* sleep(0);
      throw new Error("refused");
    }
    yield* sleep(20);
    return "answer";
  } finally {
    console.log("attempt", number, "is closed");
  }
});

const retry = coroutine(function* (limit: number, attempts: number) {
  for (let number = 0; number < attempts; number += 1) {
    try {
      return yield* timeout(limit).with(function* () {
        return yield* attempt(number);
      });
    } catch (error) {
      if (error instanceof TimeoutError) console.log("timed out");
      else console.log("failed:", (error as Error).message);
    }
    yield* sleep(60 * (number + 1));
  }
  return "nothing";
});

const heartbeat = coroutine(function* () {
  let beat = 0;
  while (true) {
    yield* sleep(110);
    console.log("beat", beat);
    beat += 1;
  }
});

export const main = coroutine(function* () {
  const beating = createTask(heartbeat());
  console.log("result", yield* retry(80, 3));
  beating.cancel();
  yield* sleep(0);
  console.log("beating cancelled:", beating.cancelled());
});
