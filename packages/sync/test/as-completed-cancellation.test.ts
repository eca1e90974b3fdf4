/** asCompleted() over primitives, cancelled at every step. */
import { isCancelled } from "@asyncio-ts/future";
import { allTasks, asCompleted, createTask, type Task, TimeoutError } from "@asyncio-ts/task";
import { describe, expect, it, vi } from "vitest";
import { awaited, bothKinds, cancelEachTaskBeforeEachTurn, type Program } from "@asyncio-ts/testkit";
import { lockLikes } from "./lock-likes.js";
import { queues } from "./queues.js";
import { ended, expectFree, expectNone, Section, Traffic } from "./scenarios.js";

// Each test is many runs.
vi.setConfig({ testTimeout: 60_000 });

describe.each(bothKinds)("cancelled at every step, in $name,", ({ body }) => {
  it.each(lockLikes)("$name is free in the end, after asCompleted() over several holds", async ({ make }) => {
    const hits = await cancelEachTaskBeforeEachTurn(() => {
      const lock = make();
      const section = new Section();
      return {
        main: body(function* () {
          const tasks = Array.from({ length: 3 }, () => createTask(lock.with(body(() => section.pass(1)))));
          try {
            for (const next of asCompleted(tasks)) {
              try {
                yield* awaited(next);
              } catch (error) {
                if (!isCancelled(error)) throw error;
              }
            }
          } finally {
            for (const task of tasks) task.cancel();
            yield* ended(tasks);
          }
          expect(allTasks().size).toBe(1);
        }),
        check(error) {
          expectNone(error);
          section.expectEmpty();
          expectFree(lock);
        },
      };
    });
    expect(hits).toBeGreaterThan(50);
  });

  it.each(queues)("$name loses no item to asCompleted() over several gets", async (queueKind) => {
    const hits = await cancelEachTaskBeforeEachTurn(() => {
      const traffic = new Traffic(queueKind, 1);
      return {
        main: body(function* () {
          const tasks: Task<void>[] = [];
          const start = (program: () => Program<void>) => {
            const task = createTask(body(program));
            tasks.push(task);
            return task;
          };
          const get = () => start(() => traffic.getOne());
          try {
            start(function* () {
              for (let round = 0; round < 3; round++) yield* traffic.putOne();
            });
            for (const next of asCompleted([get(), get()], { timeout: 20 })) yield* awaited(next);
          } catch (error) {
            if (!(error instanceof TimeoutError)) throw error;
          } finally {
            for (const task of tasks) task.cancel();
            yield* ended(tasks);
          }
          expect(allTasks().size).toBe(1);
        }),
        check: (error) => traffic.expectNoneLost(error),
      };
    });
    expect(hits).toBeGreaterThan(50);
  });
});
