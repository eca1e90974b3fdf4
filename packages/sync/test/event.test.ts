import { Event } from "@asyncio-ts/sync";
import { gather, sleep, timeout, TimeoutError } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";
import { awaited, bothKinds } from "@asyncio-ts/testkit";

describe.each(bothKinds)("Event in %s", ({ logOf, runProgram, startTask }) => {
  function waiters(event: Event, log: string[], names: string) {
    return [...names].map((who) =>
      startTask(function* () {
        log.push(`${who} gets ${yield* awaited(event.wait())}`);
      }),
    );
  }

  it("names its calls, in reports", () => {
    expect(String(new Event().wait())).toBe("<Coroutine Event.wait>");
  });

  it("is waited for without a suspension while it is set", async () => {
    const logged = await logOf(function* (log) {
      const event = new Event();
      event.set();
      const other = startTask(function* () {
        log.push("other runs");
      });
      log.push(`main gets ${yield* awaited(event.wait())}`);
      yield* awaited(other);
    });
    expect(logged).toEqual(["main gets true", "other runs"]);
  });

  it("lets everybody go on who waits, in the order in which they came, in one iteration", async () => {
    const logged = await logOf(function* (log) {
      const event = new Event();
      const tasks = waiters(event, log, "abc");
      yield* awaited(sleep(0));
      expect(String(event)).toBe("<Event unset, 3 waiting>");
      event.set();
      expect(String(event)).toBe("<Event set, 0 waiting>");
      log.push("set");
      yield* awaited(sleep(0));
      log.push("one iteration later");
      yield* awaited(gather(tasks));
    });
    expect(logged).toEqual(["set", "a gets true", "b gets true", "c gets true", "one iteration later"]);
  });

  it("wakes those who waited though it is cleared before their turn, and has others wait again", async () => {
    const logged = await logOf(function* (log) {
      const event = new Event();
      const early = waiters(event, log, "ab");
      yield* awaited(sleep(0));
      const late = waiters(event, log, "c");
      event.set();
      event.clear();
      expect(event.isSet()).toBe(false);
      yield* awaited(gather(early));
      yield* awaited(sleep(1000));
      log.push("set again");
      event.set();
      yield* awaited(gather(late));
    });
    expect(logged).toEqual(["a gets true", "b gets true", "set again", "c gets true"]);
  });

  it("forgets a waiter that is cancelled before it is set", async () => {
    const logged = await logOf(function* (log) {
      const event = new Event();
      const tasks = waiters(event, log, "abc");
      yield* awaited(sleep(0));
      tasks[1]?.cancel();
      expect(String(event)).toBe("<Event unset, 2 waiting>");
      event.set();
      yield* awaited(gather(tasks, { returnExceptions: true }));
      expect(tasks.map((task) => task.cancelled())).toEqual([false, true, false]);
    });
    expect(logged).toEqual(["a gets true", "c gets true"]);
  });

  it("was seen by a waiter that is cancelled after it was set", async () => {
    const logged = await logOf(function* (log) {
      const event = new Event();
      const task = startTask(function* () {
        log.push(`gets ${yield* awaited(event.wait())}`);
        yield* awaited(sleep(0));
        log.push("went on");
      });
      yield* awaited(sleep(0));
      event.set();
      task.cancel();
      yield* awaited(gather([task], { returnExceptions: true }));
      expect(task.cancelled()).toBe(true);
    });
    expect(logged).toEqual(["gets true"]);
  });

  it("is given up by a waiter whose time is over", async () => {
    await runProgram(function* () {
      const event = new Event();
      const [result] = yield* awaited(
        gather([timeout(10).with(() => event.wait())], { returnExceptions: true }),
      );
      expect(result).toBeInstanceOf(TimeoutError);
      expect(String(event)).toBe("<Event unset, 0 waiting>");
    });
  });

  it("wakes 10,000 waiters, half of which were cancelled", async () => {
    await runProgram(function* () {
      const event = new Event();
      let woken = 0;
      const tasks = Array.from({ length: 10_000 }, () =>
        startTask(function* () {
          yield* awaited(event.wait());
          woken++;
        }),
      );
      yield* awaited(sleep(0));
      for (let index = tasks.length - 1; index >= 0; index -= 2) tasks[index]?.cancel();
      event.set();
      yield* awaited(gather(tasks, { returnExceptions: true }));
      expect(woken).toBe(5000);
    });
  });
});

describe("Event", () => {
  it("tells whether it is set; setting and clearing twice is setting and clearing once", () => {
    const event = new Event();
    expect(event.isSet()).toBe(false);
    event.set();
    event.set();
    expect(event.isSet()).toBe(true);
    event.clear();
    event.clear();
    expect(event.isSet()).toBe(false);
  });
});
