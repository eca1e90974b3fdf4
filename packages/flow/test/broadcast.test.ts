import { Broadcast, type SubscribeOptions, type Subscription } from "@asyncio-ts/flow";
import { getRunningLoop } from "@asyncio-ts/loop";
import { explore } from "@asyncio-ts/loop/testing";
import { QueueFull, QueueShutDown } from "@asyncio-ts/sync";
import { allTasks, createTask, gather, sleep, type Task } from "@asyncio-ts/task";
import { awaited, bothKinds, cancelEachTaskBeforeEachTurn, errorOf, runVirtual } from "@asyncio-ts/testkit";
import { describe, expect, expectTypeOf, test } from "vitest";
import { collect } from "./scenarios.js";

describe.each(bothKinds)("a Broadcast, in %s,", ({ body, logOf, runProgram, startTask }) => {
  test("gives each item to each subscriber, in one order", () =>
    runProgram(function* () {
      const broadcast = new Broadcast<number>();
      const subscribers = [broadcast.subscribe(), broadcast.subscribe({ maxsize: 2 })];
      const all = subscribers.map((one) => startTask(() => collect(one)));
      for (const item of [1, 2, 3]) yield* awaited(broadcast.send(item));
      broadcast.shutdown();
      expect(yield* awaited(gather(all))).toEqual([
        [1, 2, 3],
        [1, 2, 3],
      ]);
    }));

  test("a subscriber gets what is sent after it has subscribed", () =>
    runProgram(function* () {
      const broadcast = new Broadcast<number>();
      yield* awaited(broadcast.send(1));
      const late = broadcast.subscribe();
      yield* awaited(broadcast.send(2));
      broadcast.shutdown();
      expect(yield* collect(late)).toEqual([2]);
      expect(yield* collect(broadcast.subscribe())).toEqual([]);
    }));

  test("a full subscriber makes senders wait, in order of arrival", async () => {
    const log = await logOf(function* (log) {
      const broadcast = new Broadcast<string>();
      const [slow, fast] = [broadcast.subscribe(), broadcast.subscribe({ maxsize: Infinity })];
      for (const item of ["a", "b", "c"]) {
        startTask(function* () {
          yield* awaited(broadcast.send(item));
          log.push(`sent ${item}`);
        });
      }
      yield* awaited(sleep(1));
      for (let round = 0; round < 3; round++) {
        log.push(`slow gets ${(yield* awaited(slow.next())).value}`);
        yield* awaited(sleep(1));
      }
      broadcast.shutdown();
      log.push(`fast gets ${yield* collect(fast)}`);
    });
    expect(log).toEqual([
      "sent a",
      "slow gets a",
      "sent b",
      "slow gets b",
      "sent c",
      "slow gets c",
      "fast gets a,b,c",
    ]);
  });

  test("a cancelled send has given its item to nobody", () =>
    runProgram(function* () {
      const broadcast = new Broadcast<number>();
      const [full, open] = [broadcast.subscribe(), broadcast.subscribe({ maxsize: 9 })];
      yield* awaited(broadcast.send(1));
      const [second, third] = [createTask(broadcast.send(2)), createTask(broadcast.send(3))];
      yield* awaited(sleep(1));
      second.cancel();
      yield* errorOf(second);
      expect((yield* awaited(full.next())).value).toBe(1);
      yield* awaited(third);
      broadcast.shutdown();
      expect([yield* collect(full), yield* collect(open)]).toEqual([[3], [1, 3]]);
    }));

  test("a subscriber that leaves lets senders go on, and takes nothing from others", () =>
    runProgram(function* () {
      const broadcast = new Broadcast<number>();
      const [leaving, staying] = [broadcast.subscribe(), broadcast.subscribe({ maxsize: 9 })];
      yield* awaited(broadcast.send(1));
      const sending = createTask(broadcast.send(2));
      yield* awaited(sleep(1));
      expect(sending.done()).toBe(false);
      yield* awaited(leaving.return());
      yield* awaited(sending);
      broadcast.shutdown();
      expect([yield* collect(leaving), yield* collect(staying)]).toEqual([[], [1, 2]]);
      expect(String(broadcast)).toBe("<Broadcast 0 subscribers, shut down>");
    }));

  test("a subscriber that is cancelled while it waits leaves", () =>
    runProgram(function* () {
      const broadcast = new Broadcast<number>();
      const task = createTask(broadcast.subscribe().next());
      yield* awaited(sleep(1));
      expect(String(broadcast)).toBe("<Broadcast 1 subscribers>");
      task.cancel();
      yield* errorOf(task);
      expect(String(broadcast)).toBe("<Broadcast 0 subscribers>");
    }));

  test("a subscriber that is told to leave ends the code that waits for its next item", () =>
    runProgram(function* () {
      const subscriber = new Broadcast<number>().subscribe();
      const task = startTask(() => collect(subscriber));
      yield* awaited(sleep(1));
      yield* awaited(subscriber.return());
      expect(yield* awaited(task)).toEqual([]);
    }));

  const dropping: [SubscribeOptions["whenFull"] & string, number[]][] = [
    ["dropOldest", [3, 4]],
    ["dropNewest", [1, 2]],
  ];
  test.each(dropping)("with %s a full subscriber keeps some, and counts the others", (whenFull, kept) =>
    runProgram(function* () {
      const broadcast = new Broadcast<number>();
      const subscriber = broadcast.subscribe({ maxsize: 2, whenFull });
      for (const item of [1, 2, 3, 4]) yield* awaited(broadcast.send(item));
      broadcast.shutdown();
      expect([yield* collect(subscriber), subscriber.dropped]).toEqual([kept, 2]);
    }),
  );

  test("with fail a full subscriber gets the items before, and then an error; the others go on", () =>
    runProgram(function* () {
      const broadcast = new Broadcast<number>();
      const failing = broadcast.subscribe({ whenFull: "fail" });
      const other = broadcast.subscribe({ maxsize: 9 });
      for (const item of [1, 2, 3]) yield* awaited(broadcast.send(item));
      expect((yield* awaited(failing.next())).value).toBe(1);
      expect(yield* errorOf(failing.next())).toBeInstanceOf(QueueFull);
      expect((yield* awaited(failing.next())).done).toBe(true);
      broadcast.shutdown();
      expect(yield* collect(other)).toEqual([1, 2, 3]);
    }));

  test("sendNowait() does not wait", () =>
    runProgram(function* () {
      const broadcast = new Broadcast<number>();
      broadcast.sendNowait(0);
      const subscriber = broadcast.subscribe();
      broadcast.sendNowait(1);
      expect(() => broadcast.sendNowait(2)).toThrow(QueueFull);
      const waiting = createTask(broadcast.send(3));
      yield* awaited(sleep(1));
      expect((yield* awaited(subscriber.next())).value).toBe(1);
      // It would overtake the sender that waits.
      expect(() => broadcast.sendNowait(4)).toThrow(QueueFull);
      yield* awaited(waiting);
      broadcast.shutdown();
      expect(() => broadcast.sendNowait(5)).toThrow(QueueShutDown);
      expect(yield* collect(subscriber)).toEqual([3]);
    }));

  test("shutdown() fails the senders that wait, and lets subscribers have what is left", () =>
    runProgram(function* () {
      const broadcast = new Broadcast<number>();
      const [subscriber, idle] = [broadcast.subscribe(), broadcast.subscribe({ maxsize: 9 })];
      yield* awaited(broadcast.send(1));
      const senders = [2, 3].map((item) => createTask(broadcast.send(item)));
      yield* awaited(sleep(1));
      broadcast.shutdown();
      for (const sender of senders) expect(yield* errorOf(sender)).toBeInstanceOf(QueueShutDown);
      expect(yield* errorOf(broadcast.send(4))).toBeInstanceOf(QueueShutDown);
      expect([yield* collect(subscriber), yield* collect(idle)]).toEqual([[1], [1]]);
    }));

  test("shutdown({ immediate: true }) drops what is left, and ends those that wait", () =>
    runProgram(function* () {
      const broadcast = new Broadcast<number>();
      const [full, waiting] = [broadcast.subscribe(), broadcast.subscribe()];
      yield* awaited(broadcast.send(1));
      yield* awaited(waiting.next());
      const next = createTask(waiting.next());
      yield* awaited(sleep(1));
      broadcast.shutdown({ immediate: true });
      expect((yield* awaited(next)).done).toBe(true);
      expect(yield* collect(full)).toEqual([]);
    }));

  test("gives each item to all or to nobody, wherever a task is cancelled", async () => {
    const hits = await cancelEachTaskBeforeEachTurn(() => {
      const broadcast = new Broadcast<number>();
      const sent: number[] = [];
      const logs: number[][] = [[], []];
      return {
        main: body(function* () {
          const observer = broadcast.subscribe({ maxsize: Infinity });
          const listen = (log: number[], subscriber: Subscription<number>) =>
            body(() =>
              awaited(
                subscriber.each(
                  body(function* (item: number) {
                    log.push(item);
                    yield* awaited(sleep(0));
                  }),
                ),
              ),
            );
          const send = (item: number) =>
            body(function* () {
              try {
                yield* awaited(broadcast.send(item));
                sent.push(item);
              } catch (error) {
                if (!(error instanceof QueueShutDown)) throw error;
              }
            });
          const tasks: Task<void>[] = [
            ...logs.map((log) => listen(log, broadcast.subscribe())),
            send(1),
            send(2),
            send(3),
          ].map((one) => createTask(one));
          try {
            yield* awaited(sleep(5));
          } finally {
            broadcast.shutdown();
            for (const task of tasks) {
              while (!task.done()) {
                try {
                  yield* awaited(sleep(1));
                } catch {
                  // Waits on.
                }
              }
            }
            const seen: number[] = [];
            for (;;) {
              try {
                const step = yield* awaited(observer.next());
                if (step.done === true) break;
                seen.push(step.value);
              } catch {
                break; // A late cancellation.
              }
            }
            // A sender may be cancelled after its item was given, never before.
            expect(sent.filter((item) => !seen.includes(item) && seen.length > 0)).toEqual([]);
            for (const log of logs) expect(log).toEqual(seen.slice(0, log.length));
          }
        }),
        check(error) {
          expect(error).toBeUndefined();
          expect(String(broadcast)).toMatch(/^<Broadcast 0 subscribers/);
        },
      };
    });
    expect(hits).toBeGreaterThan(50);
  });

  test("gives all items in one order, in every order of what is ready", () =>
    explore(
      body(function* () {
        const broadcast = new Broadcast<number>();
        const subscribers = [1, 2, 3].map((maxsize) => broadcast.subscribe({ maxsize }));
        const logs = subscribers.map((one) => startTask(() => collect(one)));
        yield* awaited(gather([1, 2, 3, 4].map((item) => createTask(broadcast.send(item)))));
        broadcast.shutdown();
        const [first, ...others] = yield* awaited(gather(logs));
        expect([...(first as number[])].sort()).toEqual([1, 2, 3, 4]);
        for (const other of others) expect(other).toEqual(first);
        expect(allTasks().size).toBe(1);
      }),
      { runs: 50 },
    ));
});

test("leaving a loop leaves the broadcast", async () => {
  await runVirtual(async () => {
    const broadcast = new Broadcast<number>();
    const task = createTask(async () => {
      for await (const item of broadcast.subscribe()) if (item === 2) break;
    });
    await sleep(1);
    for (const item of [1, 2, 3, 4]) await broadcast.send(item);
    await task;
    expect([String(broadcast), getRunningLoop().time()]).toEqual(["<Broadcast 0 subscribers>", 1]);
  });
  expectTypeOf(new Broadcast<string>().subscribe()).toEqualTypeOf<Subscription<string>>();
});
