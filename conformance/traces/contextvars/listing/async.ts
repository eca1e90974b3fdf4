// A context lists the variables that have a value in it; defaults do not count.
import { Context, ContextVar, copyContext } from "@asyncio-ts/contextvars";
import { coroutine } from "@asyncio-ts/coroutine";
import { createTask, sleep } from "@asyncio-ts/task";

const a = new ContextVar("a", { default: "default" });
const b = new ContextVar<string>("b");

function show(what: string, context: Context): void {
  const names = Array.from(context, ({ name }) => name).sort();
  console.log(what, ...names, context.get(a, "-"), context.get(b, "-"));
}

const child = coroutine(async () => {
  show("child", copyContext());
  b.set("child");
  await sleep(0);
  show("child", copyContext());
  return copyContext();
});

export const main = coroutine(async () => {
  show("main", copyContext());
  a.set("main");
  const task = createTask(child());
  const token = b.set("main");
  show("main", copyContext());
  const its = await task;
  b.reset(token);
  show("main", copyContext());
  show("the child's", its);
  show("empty", new Context());
});
