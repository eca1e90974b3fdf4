/**
 * Two copies of the library in one process, as npm installs them if two versions are needed: see those of
 * tasks.
 */
import * as First from "@asyncio-ts/sync";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { gather, run, sleep } from "@asyncio-ts/task";
import { expect, test, vi } from "vitest";

vi.resetModules();
const Second = { ...(await import("@asyncio-ts/sync")), ...(await import("@asyncio-ts/task")) };

test("a lock of the other copy lets one at a time pass", async () => {
  const lock = new Second.Lock();
  const events: string[] = [];
  const enter = (name: string, rest: (delay: number) => PromiseLike<void>) =>
    lock.with(async () => {
      events.push(`${name} enters`);
      await rest(1);
      events.push(`${name} leaves`);
    });
  await run(() => gather([enter("a", Second.sleep), enter("b", sleep)]), { loopFactory: virtualLoop });
  expect(events).toEqual(["a enters", "a leaves", "b enters", "b leaves"]);
});

test("a condition takes the lock of the other copy", async () => {
  const lock = new First.Lock();
  const condition = new Second.Condition(lock);
  const events: string[] = [];
  const wait = () =>
    lock.with(async () => {
      await condition.wait();
      events.push("notified", `locked: ${lock.locked()}`);
    });
  const notify = async (): Promise<void> => {
    await sleep(1);
    await condition.with(() => condition.notify());
    events.push("notifies");
  };
  await run(() => gather([wait(), notify]), { loopFactory: virtualLoop });
  expect(events).toEqual(["notifies", "notified", "locked: true"]);
});

test("a condition still takes nothing but a lock", () => {
  const semaphore = new First.Semaphore() as unknown as First.Lock;
  expect(() => new Second.Condition(semaphore)).toThrow(
    "new Condition() needs a Lock, got an object of class Semaphore",
  );
});

test("a lock of a version with another class is known by its brand", () => {
  class Other extends First.Semaphore {}
  Object.defineProperty(Other.prototype, Symbol.for("asyncio-ts.Lock"), { value: true });
  const condition = new First.Condition(new Other(1) as unknown as First.Lock);
  expect(String(condition)).toBe("<Condition unlocked, 0 waiting>");
});

test("the errors are known to both", () => {
  expect(new First.QueueEmpty()).toBeInstanceOf(Second.QueueEmpty);
  expect(new First.QueueFull()).toBeInstanceOf(Second.QueueFull);
  expect(new First.QueueShutDown()).toBeInstanceOf(Second.QueueShutDown);
  expect(new First.BrokenBarrierError()).toBeInstanceOf(Second.BrokenBarrierError);
  expect(new First.QueueEmpty()).not.toBeInstanceOf(Second.QueueFull);
});

test("a loop over a queue of the other copy ends when that is shut down", async () => {
  const items: number[] = [];
  const main = async (): Promise<void> => {
    const queue = new Second.Queue<number>();
    const consume = async (): Promise<void> => {
      for await (const item of queue) items.push(item);
    };
    const produce = async (): Promise<void> => {
      await queue.put(1);
      await Second.sleep(1);
      await queue.put(2);
      queue.shutdown();
    };
    await gather([consume, produce]);
  };
  await run(main, { loopFactory: virtualLoop });
  expect(items).toEqual([1, 2]);
});
