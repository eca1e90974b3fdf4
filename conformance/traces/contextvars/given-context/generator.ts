// A task with a given context runs in that context itself; several may share it.
import { ContextVar, copyContext } from "@asyncio-ts/contextvars";
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, gather, sleep } from "@asyncio-ts/task";

const count = new ContextVar("count", { default: 0 });

const add = coroutine(function* (name: string) {
  for (let i = 0; i < 2; i += 1) {
    count.set(count.get() + 1);
    console.log(name, "counts", count.get());
    yield* sleep(0);
  }
  const inner = createTask(once(name));
  yield* inner;
});

const once = coroutine(function* (name: string) {
  count.set(count.get() + 100);
  console.log(name, "counts apart", count.get());
});

export const main = coroutine(function* () {
  const context = copyContext();
  yield* gather([createTask(add("one"), { context }), createTask(add("two"), { context })]);
  console.log("main has", count.get(), "and the context", context.get(count));
  console.log(
    "run there:",
    context.run(() => count.get()),
  );
});
