/** The cost of an operation does not grow with the number of tasks there are. */
import { operationsOf } from "@asyncio-ts/testkit/operations";
import { Future } from "@asyncio-ts/future";
import { createTask, gather, shield, sleep } from "@asyncio-ts/task";
import { describe, expect, test } from "vitest";
import { runVirtual } from "@asyncio-ts/testkit";

const programs: Readonly<Record<string, (count: number) => Promise<void>>> = {
  "cancelling tasks that sleep, the last one first": (count) =>
    runVirtual(function* () {
      const tasks = Array.from({ length: count }, () => createTask(() => sleep(1000)));
      yield* sleep(1);
      for (let i = tasks.length - 1; i >= 0; i--) tasks[i]?.cancel();
      yield* gather(tasks, { returnExceptions: true });
    }),
  "cancelling tasks that await one future": (count) =>
    runVirtual(function* () {
      const future = new Future<void>();
      const tasks = Array.from({ length: count }, () =>
        createTask(function* () {
          yield* shield(future);
        }),
      );
      yield* sleep(1);
      for (const task of tasks) task.cancel();
      yield* sleep(1);
      future.setResult();
    }),
};

describe.each(Object.entries(programs))("%s", (_name, program) => {
  test("costs each the same, however many there are", async () => {
    await program(100); // Does what is done once.
    const [few, many] = [await operationsOf(() => program(500)), await operationsOf(() => program(5000))];
    // 10 if each costs the same, 100 if each costs what there are.
    expect(many / few).toBeLessThan(15);
  });
});
