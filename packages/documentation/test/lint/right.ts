/** Nothing here lacks an `await`: linting.test.ts expects no error. */
import { coroutine } from "@asyncio-ts/coroutine";
import { Lock, Queue } from "@asyncio-ts/sync";
import { createTask, gather, sleep, TaskGroup } from "@asyncio-ts/task";

const load = coroutine(async (id: number) => id);
const queue = new Queue<number>();
const lock = new Lock();

export async function main(): Promise<number> {
  createTask(load(1), { name: "it runs, and its errors are reported" });
  await new TaskGroup().with(async (group) => {
    group.createTask(load(2));
    group.createTask(() => sleep(10));
    await sleep(20);
  });
  await queue.put(1);
  await lock.with(() => sleep(10));
  void gather([load(3)]);
  queue.putNowait(2);
  const call = load(4);
  return await call;
}

export const laterOn = coroutine(function* () {
  yield* sleep(10);
  createTask(load(5));
  return yield* load(6);
});
