// A task with a given context runs in that context itself; several may share it.
import { ContextVar, copyContext } from "@asyncio-ts/contextvars";
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, gather, sleep } from "@asyncio-ts/task";

const count = new ContextVar("count", { default: 0 });

const add = coroutine(async (name: string) => {
  for (let i = 0; i < 2; i += 1) {
    count.set(count.get() + 1);
    console.log(name, "counts", count.get());
    await sleep(0);
  }
  const inner = createTask(once(name));
  await inner;
});

const once = coroutine(async (name: string) => {
  count.set(count.get() + 100);
  console.log(name, "counts apart", count.get());
});

export const main = coroutine(async () => {
  const context = copyContext();
  await gather([createTask(add("one"), { context }), createTask(add("two"), { context })]);
  console.log("main has", count.get(), "and the context", context.get(count));
  console.log(
    "run there:",
    context.run(() => count.get()),
  );
});
