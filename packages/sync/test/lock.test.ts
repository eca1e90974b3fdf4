import { newEventLoop } from "@asyncio-ts/loop";
import { Lock } from "@asyncio-ts/sync";
import { createTask, DeadlockError, gather, run, sleep } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";
import { awaited, bothKinds, runVirtual } from "@asyncio-ts/testkit";

describe.each(bothKinds)("Lock in %s", ({ body, define, logOf, runProgram }) => {
  it("says that it is not locked between the release and the waiter's turn", async () => {
    const logged = await logOf(function* (log) {
      const lock = new Lock();
      const guard = yield* awaited(lock.acquire());
      const waiter = createTask(
        lock.with(
          body(function* () {
            log.push(`in the waiter's turn: ${lock}`);
          }),
        ),
      );
      yield* awaited(sleep(0));
      log.push(`before the release: ${lock}`);
      guard.release();
      log.push(`after the release: ${lock}`);
      yield* awaited(waiter);
      log.push(`in the end: ${lock}`);
    });
    expect(logged).toEqual([
      "before the release: <Lock locked, 1 waiting>",
      "after the release: <Lock unlocked, 0 waiting>",
      "in the waiter's turn: <Lock locked, 0 waiting>",
      "in the end: <Lock unlocked, 0 waiting>",
    ]);
  });

  it("refuses a second release between the first and the waiter's turn, and still serves the waiter", async () => {
    await runProgram(function* () {
      const lock = new Lock();
      yield* awaited(lock.acquire());
      const waiter = createTask(lock.acquire());
      yield* awaited(sleep(0));
      lock.release();
      expect(() => lock.release()).toThrow("release() of a Lock that is not held");
      yield* awaited(waiter);
      expect(lock.locked()).toBe(true);
      lock.release();
      expect(lock.locked()).toBe(false);
    });
  });

  it("hands over through a row of waiters that all are cancelled after the hand-over", async () => {
    const logged = await logOf(function* (log) {
      const lock = new Lock();
      const guard = yield* awaited(lock.acquire());
      const tasks = ["a", "b", "c"].map((who) =>
        createTask(
          body(function* () {
            const own = yield* awaited(lock.acquire());
            log.push(`${who} holds`);
            own.release();
            // The next one holds it from its turn on; its cancellation comes now.
            tasks[tasks.findIndex((task) => task.name === who) + 1]?.cancel();
            yield* awaited(sleep(0));
            log.push(`${who} went on`);
          }),
          { name: who },
        ),
      );
      yield* awaited(sleep(0));
      guard.release();
      tasks[0]?.cancel();
      yield* awaited(gather(tasks, { returnExceptions: true }));
      expect(tasks.map((task) => task.cancelled())).toEqual([true, true, true]);
      expect(String(lock)).toBe("<Lock unlocked, 0 waiting>");
    });
    expect(logged).toEqual(["a holds", "b holds", "c holds"]);
  });

  it("serves a newcomer that came during the hand-over though the one it was handed to is cancelled", async () => {
    const logged = await logOf(function* (log) {
      const lock = new Lock();
      const guard = yield* awaited(lock.acquire());
      const member = (who: string) =>
        lock.with(
          body(function* () {
            log.push(who);
          }),
        );
      const waiter = createTask(member("waiter"));
      yield* awaited(sleep(0));
      const newcomer = createTask(member("newcomer"));
      guard.release();
      waiter.cancel();
      yield* awaited(newcomer);
      yield* awaited(waiter);
    });
    expect(logged).toEqual(["waiter", "newcomer"]);
  });

  it("is not re-entrant, and the deadlock that comes of it says what is waited for", async () => {
    const deadlock = runProgram(function* () {
      const lock = new Lock();
      yield* awaited(lock.acquire());
      yield* awaited(lock.acquire());
    });
    await expect(deadlock).rejects.toThrow(DeadlockError);
    await expect(deadlock).rejects.toThrow("Lock.acquire()");
  });

  it("may be asked for by two tasks of one Promise.all in turn", async () => {
    await runProgram(function* () {
      const lock = new Lock();
      let inside = 0;
      const critical = () =>
        lock.with(
          body(function* () {
            expect(++inside).toBe(1);
            yield* awaited(sleep(1));
            inside--;
          }),
        );
      const all = createTask(async () => {
        await Promise.all([critical(), critical(), critical()]);
      });
      yield* awaited(all);
      expect(lock.locked()).toBe(false);
    });
  });

  it("is asked for by none any more after a task that waits several times at once was cancelled", async () => {
    await runProgram(function* () {
      const lock = new Lock();
      const guard = yield* awaited(lock.acquire());
      const all = createTask(async () => {
        await Promise.all([lock.acquire(), lock.acquire(), lock.acquire()]);
      });
      yield* awaited(sleep(0));
      expect(String(lock)).toBe("<Lock locked, 3 waiting>");
      all.cancel();
      yield* awaited(gather([all], { returnExceptions: true }));
      expect(all.cancelled()).toBe(true);
      expect(String(lock)).toBe("<Lock locked, 0 waiting>");
      guard.release();
      expect(lock.locked()).toBe(false);
    });
  });

  it("is not taken again by who releases it while others wait", () =>
    runProgram(function* () {
      const lock = new Lock();
      const holders: string[] = [];
      const greedy = define(function* () {
        for (let i = 0; i < 2; i++) {
          yield* awaited(lock.acquire());
          holders.push("greedy");
          yield* awaited(sleep(0));
          lock.release();
        }
      });
      const modest = define(function* () {
        yield* awaited(lock.with(() => void holders.push("modest")));
      });
      yield* awaited(gather([greedy(), modest()]));
      expect(holders).toEqual(["greedy", "modest", "greedy"]);
    }));
});

describe("Lock", () => {
  it("is shared by tasks and by code outside of every task", async () => {
    const log: string[] = [];
    await runVirtual(async () => {
      const lock = new Lock();
      const guard = await lock.acquire();
      const outside = new Promise<void>((resolve) => {
        queueMicrotask(async () => {
          await lock.with(async () => void log.push("outside"));
          resolve();
        });
      });
      await sleep(0);
      const task = createTask(lock.with(() => log.push("task")));
      await sleep(0);
      guard.release();
      await outside;
      await task;
    });
    expect(log).toEqual(["outside", "task"]);
  });

  it("is shared by two loops that run at the same time", async () => {
    const lock = new Lock();
    let inside = 0;
    let entered = 0;
    const main = async () => {
      for (let round = 0; round < 20; round++) {
        await lock.with(async () => {
          entered++;
          expect(++inside).toBe(1);
          await sleep(0);
          inside--;
        });
      }
    };
    await Promise.all([run(main, { loopFactory: newEventLoop }), run(main, { loopFactory: newEventLoop })]);
    expect(entered).toBe(40);
    expect(lock.locked()).toBe(false);
  });
});
