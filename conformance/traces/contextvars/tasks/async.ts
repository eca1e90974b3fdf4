// A task has a copy of its maker's context.
import { ContextVar } from "@asyncio-ts/contextvars";
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, sleep } from "@asyncio-ts/task";

const user = new ContextVar("user", { default: "nobody" });

const child = coroutine(async (name: string) => {
  console.log(name, "begins with", user.get());
  user.set(name);
  await sleep(0);
  console.log(name, "has", user.get());
});

export const main = coroutine(async () => {
  console.log("main begins with", user.get());
  user.set("first");
  const one = createTask(child("one"));
  user.set("second");
  const two = createTask(child("two"));
  user.set("third");
  await one;
  await two;
  console.log("main has", user.get());
});
