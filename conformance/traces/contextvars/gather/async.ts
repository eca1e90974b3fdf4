// gather() gives each coroutine a copy of the caller's context; its results come back, what was set does not.
import { ContextVar } from "@asyncio-ts/contextvars";
import { coroutine } from "@asyncio-ts/coroutine";
import { ensureFuture, gather, shield, sleep, waitFor } from "@asyncio-ts/task";

const number = new ContextVar("number", { default: 0 });

const add = coroutine(async (n: number) => {
  for (let i = 0; i < n; i += 1) {
    number.set(number.get() + 1);
    await sleep(0);
  }
  return number.get();
});

export const main = coroutine(async () => {
  number.set(10);
  console.log(...(await gather([add(1), add(2), add(3)])));
  console.log("main has", number.get());
  console.log(...(await gather([shield(add(1)), ensureFuture(add(2)), waitFor(add(3), 5000)])));
  console.log("main has", number.get());
});
