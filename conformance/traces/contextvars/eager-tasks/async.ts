// The first step of an eager task runs in the task's copy, inside the maker's step.
import { Context, ContextVar } from "@asyncio-ts/contextvars";
import { type Coroutine, coroutine } from "@asyncio-ts/coroutine";
import { createTask, sleep, type Task } from "@asyncio-ts/task";

const user = new ContextVar("user", { default: "nobody" });

const eager = (body: Coroutine<void>): Task<void> => createTask(body, { eagerStart: true });

const child: (name: string) => Coroutine<void> = coroutine(async (name: string) => {
  console.log(name, "begins with", user.get());
  user.set(name);
  if (name.length < 4) {
    const inner = eager(child(`${name}.`));
    console.log(name, "has", user.get());
    await inner;
  }
  await sleep(0);
  console.log(name, "ends with", user.get());
});

export const main = coroutine(async () => {
  user.set("main");
  const task = eager(child("a"));
  console.log("main has", user.get());
  const context = new Context();
  const other = context.run(() => {
    user.set("run");
    return eager(child("b.."));
  });
  console.log("main has", user.get(), "and the context", context.get(user));
  await task;
  await other;
  console.log("main has", user.get(), "and the context", context.get(user));
});
