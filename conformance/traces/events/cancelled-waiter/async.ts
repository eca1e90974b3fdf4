// A cancelled waiter is gone when the event is set.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { Event } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const waiter = coroutine(async (event: Event, name: string) => {
  try {
    await event.wait();
    console.log(name, "wakes");
  } catch (error) {
    if (!isCancelled(error)) throw error;
    console.log(name, "is cancelled, set:", event.isSet());
  }
});

export const main = coroutine(async () => {
  const event = new Event();
  const one = createTask(waiter(event, "one"));
  const two = createTask(waiter(event, "two"));
  const three = createTask(waiter(event, "three"));
  await sleep(10);
  two.cancel();
  await sleep(0);
  console.log("two is done:", two.done());
  event.set();
  await one;
  await three;
  console.log("set stays set:", event.isSet());
});
