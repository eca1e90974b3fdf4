// Timers, turns and promises of the real loop, in order, beside those of the runtime.
import { createTask, gather, run, sleep } from "@asyncio-ts/task";

const order: string[] = [];
const note = async (name: string, ...waits: (() => PromiseLike<unknown>)[]): Promise<void> => {
  for (const [i, wait] of waits.entries()) {
    await wait();
    order.push(name + i);
  }
};
await run(async () => {
  const turns = () => sleep(0);
  await gather([note("a", turns, turns), note("b", turns, turns)]);
  order.push("|");
  createTask(() => note("c", turns));
  createTask(() => note("d", () => Promise.resolve()));
  await sleep(1);
  order.push("|");
  const late = createTask(() => note("e", () => sleep(300)));
  await note(
    "f",
    () => sleep(20),
    () => new Promise((resolve) => setTimeout(resolve, 20)),
  );
  await late;
});
console.log(order.join(" "));
// prints: a0 b0 a1 b1 | d0 c0 | f0 f1 e0
