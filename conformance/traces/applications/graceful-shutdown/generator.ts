// A server is asked to stop: no new work, the work under way ends, stragglers are cancelled.
import { coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { Event } from "@asyncio-ts/sync";
import { type Task, TimeoutError, createTask, gather, sleep, timeout, wait } from "@asyncio-ts/task";

const handle = coroutine(function* (name: string, delay: number) {
  try {
    console.log(name, "opened");
    yield* sleep(delay);
    console.log(name, "answered");
  } catch (error) {
    if (isCancelled(error)) console.log(name, "dropped");
    throw error;
  }
});

const accept = coroutine(function* (stopping: Event, connections: Task<void>[]) {
  let number = 0;
  while (!stopping.isSet()) {
    number += 1;
    const delay = number % 2 === 1 ? 150 : 1000;
    connections.push(createTask(handle("connection " + number, delay)));
    try {
      yield* timeout(100).with(function* () {
        yield* stopping.wait();
      });
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      console.log("still open");
    }
  }
  console.log("accepts no more");
});

export const main = coroutine(function* () {
  const stopping = new Event();
  const connections: Task<void>[] = [];
  const accepting = createTask(accept(stopping, connections));
  yield* sleep(250);
  console.log("stop");
  stopping.set();
  yield* accepting;
  const { done, pending } = yield* wait(connections, { timeout: 300 });
  console.log("done", done.size, "pending", pending.size);
  for (const task of pending) {
    task.cancel();
  }
  yield* gather(pending, { returnExceptions: true });
  console.log("closed");
});
