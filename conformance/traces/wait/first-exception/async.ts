// wait with FIRST_EXCEPTION returns at an error, not at a result or a cancellation.
import { coroutine } from "@asyncio-ts/coroutine";
import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, sleep, wait } from "@asyncio-ts/task";

const worker = coroutine(async (name: string, delay: number) => {
  await sleep(delay);
  console.log(name, "ends");
  if (name === "bad") {
    throw new Error("went bad");
  }
  return name;
});

export const main = coroutine(async () => {
  const good = createTask(worker("good", 10));
  const victim = createTask(worker("victim", 900));
  const bad = createTask(worker("bad", 50));
  const late = createTask(worker("late", 70));
  getRunningLoop().callLater(30, () => victim.cancel());
  const first = await wait([late, bad, victim, good], { returnWhen: "FIRST_EXCEPTION" });
  console.log("done", first.done.size, "pending", first.pending.size);
  console.log("error", (bad.exception() as Error).message, "victim cancelled:", victim.cancelled());
  console.log("late is pending:", first.pending.has(late));
  const second = await wait([late, good], { returnWhen: "FIRST_EXCEPTION" });
  console.log("done", second.done.size, "pending", second.pending.size);
});
