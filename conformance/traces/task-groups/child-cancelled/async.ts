// A child that is cancelled, or cancels itself, is no error: the others go on.
import { coroutine } from "@asyncio-ts/coroutine";
import { CancelledError, isCancelled } from "@asyncio-ts/future";
import { TaskGroup, sleep } from "@asyncio-ts/task";

const worker = coroutine(async (name: string, delay: number) => {
  try {
    await sleep(delay);
    console.log(name, "ends");
    return name;
  } catch (error) {
    if (isCancelled(error)) console.log(name, "is cancelled");
    throw error;
  }
});

const quitter = coroutine(async () => {
  await sleep(100);
  console.log("quitter quits");
  throw new CancelledError();
});

export const main = coroutine(async () => {
  const [victim, survivor, leaver] = await new TaskGroup().with(async (group) => {
    const victim = group.createTask(worker("victim", 10_000));
    const survivor = group.createTask(worker("survivor", 200));
    const leaver = group.createTask(quitter());
    await sleep(20);
    console.log("body cancels the victim");
    victim.cancel();
    return [victim, survivor, leaver] as const;
  });
  console.log("victim", victim.cancelled(), "leaver", leaver.cancelled());
  console.log("survivor gave", survivor.result());
});
