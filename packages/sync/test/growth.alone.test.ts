/** The cost of an operation does not grow with the number of waiters or items there are. */
import { operationsOf } from "@asyncio-ts/testkit/operations";
import { Lock, Queue } from "@asyncio-ts/sync";
import { createTask, gather, sleep } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";
import { runVirtual } from "@asyncio-ts/testkit";

const programs: Readonly<Record<string, (count: number) => unknown>> = {
  "a lock whose waiters are served, but for those that were cancelled": (count) =>
    runVirtual(function* () {
      const lock = new Lock();
      const guard = yield* lock.acquire();
      const tasks = Array.from({ length: count }, () =>
        createTask(function* () {
          (yield* lock.acquire()).release();
        }),
      );
      yield* sleep(0);
      for (let index = count - 1; index >= 0; index -= 2) tasks[index]?.cancel();
      guard.release();
      yield* gather(tasks, { returnExceptions: true });
      expect(lock.locked()).toBe(false);
    }),
  "a queue that is filled and emptied": (count) => {
    const queue = new Queue<number>();
    for (let item = 0; item < count; item++) queue.putNowait(item);
    for (let item = 0; item < count; item++) queue.getNowait();
  },
};

describe.each(Object.entries(programs))("%s", (_name, program) => {
  it("costs each the same, however many there are", async () => {
    await program(100); // Does what is done once.
    const [few, many] = [await operationsOf(() => program(500)), await operationsOf(() => program(5000))];
    // 10 if each costs the same, 100 if each costs what there are.
    expect(many / few).toBeLessThan(15);
  });
});
