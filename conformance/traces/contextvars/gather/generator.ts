// gather() gives each coroutine a copy of the caller's context; its results come back, what was set does not.
import { ContextVar } from "@asyncio-ts/contextvars";
import { coroutine } from "@asyncio-ts/coroutine";
import { ensureFuture, gather, shield, sleep, waitFor } from "@asyncio-ts/task";

const number = new ContextVar("number", { default: 0 });

const add = coroutine(function* (n: number) {
  for (let i = 0; i < n; i += 1) {
    number.set(number.get() + 1);
    yield* sleep(0);
  }
  return number.get();
});

export const main = coroutine(function* () {
  number.set(10);
  console.log(...(yield* gather([add(1), add(2), add(3)])));
  console.log("main has", number.get());
  console.log(...(yield* gather([shield(add(1)), ensureFuture(add(2)), waitFor(add(3), 5000)])));
  console.log("main has", number.get());
});
