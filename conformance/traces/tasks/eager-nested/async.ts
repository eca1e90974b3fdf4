// Eager tasks within eager tasks: each runs to its first suspension before its parent goes on.
import { type Coroutine, coroutine } from "@asyncio-ts/coroutine";
import { type Task, createTask, sleep } from "@asyncio-ts/task";

const eager = <T>(coro: Coroutine<T>): Task<T> => {
  return createTask(coro, { eagerStart: true });
};

const node = coroutine(async (name: string, depth: number): Promise<string> => {
  console.log(name, "enters");
  if (depth > 0) {
    const child = eager(node(name + ".child", depth - 1));
    console.log(name, "has its child, done:", child.done());
    console.log(name, "joined", await child);
  } else {
    await sleep(0);
  }
  console.log(name, "leaves");
  return name;
});

export const main = coroutine(async () => {
  const deep = eager(node("deep", 2));
  console.log("main has deep, done:", deep.done());
  const flat = eager(node("flat", 0));
  console.log("main has flat, done:", flat.done());
  console.log("main joined", await deep);
  console.log("main joined", await flat);
});
