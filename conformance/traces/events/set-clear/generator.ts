// set() followed by clear() still wakes those who waited, and only those.
import { coroutine } from "@asyncio-ts/coroutine";
import { Event } from "@asyncio-ts/sync";
import { createTask, sleep } from "@asyncio-ts/task";

const waiter = coroutine(function* (event: Event, name: string) {
  console.log(name, "waits");
  yield* event.wait();
  console.log(name, "wakes, set:", event.isSet());
});

export const main = coroutine(function* () {
  const event = new Event();
  const early = ["one", "two"].map((name) => createTask(waiter(event, name)));
  yield* sleep(0);
  event.set();
  event.clear();
  const late = createTask(waiter(event, "late"));
  console.log("set and cleared");
  for (const task of early) {
    yield* task;
  }
  console.log("late done:", late.done());
  yield* sleep(10);
  event.set();
  console.log("set again");
  yield* event.wait();
  console.log("waiting for a set event does not suspend, late done:", late.done());
  yield* late;
});
