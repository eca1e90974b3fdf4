// A task of a group has a copy of the context in which it was made, or the context that was given for it.
import { Context, ContextVar } from "@asyncio-ts/contextvars";
import { coroutine } from "@asyncio-ts/coroutine";
import { sleep, TaskGroup } from "@asyncio-ts/task";

const user = new ContextVar("user", { default: "nobody" });

const child = coroutine(function* (name: string) {
  console.log(name, "begins with", user.get());
  user.set(name);
  yield* sleep(0);
  console.log(name, "has", user.get());
});

export const main = coroutine(function* () {
  const context = new Context();
  yield* new TaskGroup().with(function* (group) {
    group.createTask(child("one"));
    user.set("in the group");
    group.createTask(child("two"));
    group.createTask(child("three"), { context });
    group.createTask(child("four"), { context });
  });
  console.log("main has", user.get(), "and the context", context.get(user));
});
