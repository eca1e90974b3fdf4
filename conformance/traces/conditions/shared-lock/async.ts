// Two conditions over one lock: a hand-over between readers and writers.
import { coroutine } from "@asyncio-ts/coroutine";
import { Condition, Lock } from "@asyncio-ts/sync";
import { createTask } from "@asyncio-ts/task";

const writer = coroutine(async (room: Condition, full: Condition, slots: string[], items: string[]) => {
  for (const item of items) {
    await room.with(async () => {
      while (slots.length >= 1) {
        console.log("writer waits for room");
        await room.wait();
      }
      slots.push(item);
      console.log("writer puts", item);
      full.notify();
    });
  }
});

const reader = coroutine(async (room: Condition, full: Condition, slots: string[], count: number) => {
  for (let turn = 0; turn < count; turn += 1) {
    await full.with(async () => {
      while (slots.length === 0) {
        console.log("reader waits for an item");
        await full.wait();
      }
      console.log("reader takes", slots.pop());
      room.notify();
    });
  }
});

export const main = coroutine(async () => {
  const lock = new Lock();
  const room = new Condition(lock);
  const full = new Condition(lock);
  const slots: string[] = [];
  const reading = createTask(reader(room, full, slots, 3));
  const writing = createTask(writer(room, full, slots, ["x", "y", "z"]));
  await writing;
  console.log("writer is done");
  await reading;
  console.log("reader is done");
});
