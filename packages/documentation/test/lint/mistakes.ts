/** Each statement here lacks an `await`: linting.test.ts expects an error for each. */
import { coroutine } from "@asyncio-ts/coroutine";
import { Lock, Queue } from "@asyncio-ts/sync";
import { gather, sleep, TaskGroup } from "@asyncio-ts/task";

const load = coroutine(async (id: number) => id);
const queue = new Queue<number>();
const lock = new Lock();

export async function main(): Promise<void> {
  queue.put(1);
  lock.with(async () => {});
  sleep(10);
  load(1);
  new TaskGroup().with(async (group) => {
    sleep(20);
    void group;
  });
  gather([load(1), load(2)]);
}
