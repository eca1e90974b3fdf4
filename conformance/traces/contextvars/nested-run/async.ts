// Context.run() inside tasks and inside one another; a context is entered once at a time.
import { Context, ContextVar, copyContext } from "@asyncio-ts/contextvars";
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, sleep, type Task } from "@asyncio-ts/task";

const user = new ContextVar("user", { default: "nobody" });

function attempt(context: Context, what: string): void {
  try {
    console.log(
      what,
      "in",
      context.run(() => user.get()),
    );
  } catch {
    console.log(what, "is refused");
  }
}

const child = coroutine(async () => {
  console.log("child begins with", user.get());
  user.set("child");
  await sleep(0);
  console.log("child has", user.get());
});

const inside = coroutine(async (context: Context) => {
  attempt(context, "its own context");
  await sleep(0);
  attempt(context, "its own context, later");
});

export const main = coroutine(async () => {
  user.set("main");
  const one = new Context();
  const two = copyContext();
  const outer = (): Task<void> => {
    console.log("one begins with", user.get());
    user.set("one");
    attempt(one, "one in one");
    two.run(inner);
    console.log("one has", user.get());
    return createTask(child());
  };
  const inner = (): void => {
    console.log("two begins with", user.get());
    user.set("two");
    attempt(one, "one in two in one");
    attempt(one.copy(), "a copy of one");
  };
  const first = one.run(outer);
  console.log("main has", user.get());
  await first;
  attempt(one, "one");
  attempt(two, "two");
  const second = createTask(inside(one), { context: one });
  await sleep(0);
  attempt(one, "one while its task waits");
  await second;
  console.log("main has", user.get());
});
