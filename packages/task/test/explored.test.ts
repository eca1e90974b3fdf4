/** Programs that must hold in whatever order the loop runs what is ready. */
import { Future } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { explore } from "@asyncio-ts/loop/testing";
import { allTasks, createTask, gather, sleep, type Task, timeout, TimeoutError } from "@asyncio-ts/task";
import { describe, expect, test } from "vitest";
import { awaited, bothKinds, type Program } from "@asyncio-ts/testkit";

describe.each(bothKinds)("in every order, in %s", ({ body, startTask, inGroup }) => {
  test("gather gives its results in the order in which it was given", async () => {
    await explore(
      body(function* () {
        const results = yield* awaited(
          gather(
            [3, 1, 2, 0].map((n) =>
              body(function* () {
                for (let i = 0; i < n; i++) yield* awaited(sleep(0));
                return n;
              }),
            ),
          ),
        );
        expect(results).toEqual([3, 1, 2, 0]);
      }),
      { runs: 50 },
    );
  });

  test("a group that is cancelled or fails leaves no task, and no request on its parent", async () => {
    await explore(
      body(function* () {
        let running = 0;
        const parent = createTask(
          body(function* (): Program<number> {
            try {
              yield* awaited(
                timeout(5).with(
                  body(function* () {
                    yield* awaited(
                      inGroup(function* (group) {
                        for (let i = 0; i < 4; i++) {
                          group.createTask(
                            body(function* () {
                              running++;
                              try {
                                yield* awaited(sleep(i * 2));
                                if (i === 3) throw new Error("failed");
                                yield* awaited(sleep(1000));
                              } finally {
                                running--;
                              }
                            }),
                          );
                        }
                        yield* awaited(sleep(5));
                        group.cancel();
                      }),
                    );
                  }),
                ),
              );
            } catch (error) {
              if (!(error instanceof TimeoutError)) throw error;
            }
            return parent.cancelling();
          }),
        );
        const left = yield* awaited(parent);
        expect([left, running, allTasks().size]).toEqual([0, 0, 1]);
      }),
      { runs: 50 },
    );
  });

  test("an item handed to a task that is being cancelled is taken or stays; it is never lost", async () => {
    await explore(
      body(function* () {
        const items = 5;
        let received = 0;
        const waiting: Future<number>[] = [];
        const consumer = (): Task<void> =>
          startTask(function* () {
            for (;;) {
              const future = new Future<number>();
              waiting.push(future);
              yield* awaited(future);
              received++;
            }
          });
        const consumers = [consumer(), consumer(), consumer()];
        yield* awaited(sleep(1));
        let sent = 0;
        const loop = getRunningLoop();
        for (let i = 0; i < items; i++) {
          loop.callLater(i, () => {
            const next = waiting.find((future) => !future.done());
            if (next === undefined) return;
            next.setResult(i);
            sent++;
          });
          loop.callLater(i, () => consumers[i % 3]?.cancel());
        }
        yield* awaited(sleep(100));
        expect(received).toBe(sent);
        for (const task of consumers) task.cancel();
      }),
      { runs: 50 },
    );
  });
});
