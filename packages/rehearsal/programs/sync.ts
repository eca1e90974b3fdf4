// @asyncio-ts/sync alone, in plain async code.
import { Lock, Queue } from "@asyncio-ts/sync";

const lock = new Lock();
const queue = new Queue<string>(1);

async function worker(name: string): Promise<void> {
  await lock.with(async () => {
    await queue.put(`${name} in`);
    await queue.put(`${name} out`);
  });
}

async function main(): Promise<string> {
  const workers = Promise.all([worker("a"), worker("b")]).then(() => queue.shutdown());
  const record: string[] = [];
  for await (const item of queue) record.push(item);
  await workers;
  return record.join();
}

void main().then((got) => console.log(got === "a in,a out,b in,b out" ? "ok" : got));
