// A task has a copy of its maker's context.
import { ContextVar } from "@asyncio-ts/contextvars";
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, sleep } from "@asyncio-ts/task";

const user = new ContextVar("user", { default: "nobody" });

const child = coroutine(function* (name: string) {
  console.log(name, "begins with", user.get());
  user.set(name);
  yield* sleep(0);
  console.log(name, "has", user.get());
});

export const main = coroutine(function* () {
  console.log("main begins with", user.get());
  user.set("first");
  const one = createTask(child("one"));
  user.set("second");
  const two = createTask(child("two"));
  user.set("third");
  yield* one;
  yield* two;
  console.log("main has", user.get());
});
