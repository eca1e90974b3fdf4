// A coroutine that is awaited runs in the context of its task, however deep.
import { ContextVar } from "@asyncio-ts/contextvars";
import { type Coroutine, coroutine } from "@asyncio-ts/coroutine";
import { sleep, waitFor } from "@asyncio-ts/task";

const depth = new ContextVar("depth", { default: 0 });

const descend: (levels: number) => Coroutine<void> = coroutine(function* (levels: number) {
  const token = depth.set(depth.get() + 1);
  console.log("at", depth.get());
  if (levels > 1) {
    yield* sleep(0);
    yield* descend(levels - 1);
    console.log("back at", depth.get());
  }
  if (levels % 2 === 0) depth.reset(token);
});

export const main = coroutine(function* () {
  yield* descend(4);
  console.log("main has", depth.get());
  yield* waitFor(descend(2), 10_000);
  console.log("main has", depth.get());
});
