/**
 * The primitives in an existing program: nothing but `@asyncio-ts/sync` is imported, and there is no `run()`.
 */
import {
  Barrier,
  BoundedSemaphore,
  BrokenBarrierError,
  Condition,
  Event,
  Lock,
  PriorityQueue,
  Queue,
  QueueShutDown,
  Semaphore,
} from "@asyncio-ts/sync";
import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, it } from "vitest";

/** Lets every promise go on that can. */
async function settle(): Promise<void> {
  for (let round = 0; round < 100; round++) await Promise.resolve();
}

it("has neither a loop nor tasks", async () => {
  await new Lock().acquire();
  const shared = (globalThis as { [key: symbol]: unknown })[Symbol.for("asyncio-ts.slot")];
  expect(shared).not.toHaveProperty("makeFallback");
  expect(shared).not.toHaveProperty("makeTask");
  expect(shared).not.toHaveProperty("stores");
});

it.each([
  {
    kind: "async",
    body: async (look: () => void) => {
      look();
      await Promise.resolve();
      look();
    },
  },
  {
    kind: "generator",
    body: function* (look: () => void) {
      look();
      yield* new Lock().acquire();
      look();
    },
  },
])("runs an $kind body in the asynchronous context of the code that awaits it", async ({ body }) => {
  const request = new AsyncLocalStorage<string>();
  const lock = new Lock();
  const guard = await lock.acquire();
  const seen: (string | undefined)[] = [];
  const handle = async () => {
    await lock.with(() => body(() => void seen.push(request.getStore())));
  };
  const all = Promise.all([request.run("r1", handle), request.run("r2", handle), handle()]);
  guard.release();
  await all;
  expect(seen).toEqual(["r1", "r1", "r2", "r2", undefined, undefined]);
});

describe.each([
  { name: "Lock", make: () => new Lock() },
  { name: "Semaphore(1)", make: () => new Semaphore() },
  { name: "BoundedSemaphore(1)", make: () => new BoundedSemaphore() },
  { name: "Condition", make: () => new Condition() },
])("$name alone", ({ make }) => {
  it("is acquired and released", async () => {
    const lock = make();
    const guard = await lock.acquire();
    expect(lock.locked()).toBe(true);
    guard.release();
    expect(lock.locked()).toBe(false);
    {
      using _ = await lock.acquire();
      expect(lock.locked()).toBe(true);
    }
    expect(lock.locked()).toBe(false);
  });

  it("serves one after the other, in the order in which they came", async () => {
    const lock = make();
    const log: string[] = [];
    const critical = async (who: string): Promise<string> =>
      lock.with(async () => {
        log.push(`${who} enters`);
        await settle();
        log.push(`${who} leaves`);
        return who;
      });
    expect(await Promise.all(["a", "b", "c"].map(critical))).toEqual(["a", "b", "c"]);
    expect(log).toEqual(["a enters", "a leaves", "b enters", "b leaves", "c enters", "c leaves"]);
    expect(lock.locked()).toBe(false);
  });

  it("is not overtaken by the one that releases it and asks again at once", async () => {
    const lock = make();
    const log: string[] = [];
    const guard = await lock.acquire();
    const waiter = lock.with(() => log.push("waiter")).then(() => undefined);
    guard.release();
    const again = await lock.acquire();
    log.push("again");
    again.release();
    await waiter;
    expect(log).toEqual(["waiter", "again"]);
  });

  it("passes the error of a body on, and is released", async () => {
    const lock = make();
    const failing = async (): Promise<void> => {
      await lock.with(async () => {
        await settle();
        throw new Error("failed");
      });
    };
    await expect(failing()).rejects.toThrow("failed");
    expect(lock.locked()).toBe(false);
  });

  it("does nothing before the coroutine object is awaited, and starts when then() is called", async () => {
    const lock = make();
    const acquiring = lock.acquire();
    expect(lock.locked()).toBe(false);
    const acquired = acquiring.then((guard) => guard);
    expect(lock.locked()).toBe(true);
    (await acquired).release();
    expect(lock.locked()).toBe(false);
  });

  it("gives 10,000 callers their turn", async () => {
    const lock = make();
    let count = 0;
    await Promise.all(
      Array.from({ length: 10_000 }, async () => {
        using _ = await lock.acquire();
        const before = count;
        await Promise.resolve();
        count = before + 1;
      }),
    );
    expect(count).toBe(10_000);
  });
});

it("lets as many pass a Semaphore as it has permits", async () => {
  const semaphore = new Semaphore(3);
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 20 }, async () =>
      semaphore.with(async () => {
        most = Math.max(most, ++inside);
        await settle();
        inside--;
      }),
    ),
  );
  expect(most).toBe(3);
  expect(String(semaphore)).toBe("<Semaphore 3 free, 0 waiting>");
});

it("wakes those who wait for an Event, never inside the call of set()", async () => {
  const event = new Event();
  const log: string[] = [];
  const waiting = ["a", "b"].map(async (who) => {
    await event.wait();
    log.push(who);
  });
  await settle();
  event.set();
  event.clear();
  log.push("set");
  await Promise.all(waiting);
  expect(log).toEqual(["set", "a", "b"]);
});

it("notifies those who wait for a Condition", async () => {
  const condition = new Condition();
  const items: string[] = [];
  const consumer = (async () =>
    condition.with(async () => {
      await condition.waitFor(() => items.length > 0);
      return items.pop();
    }))();
  await settle();
  await condition.with(() => {
    items.push("apple");
    condition.notify();
  });
  expect(await consumer).toBe("apple");
  expect(condition.locked()).toBe(false);
});

it("lets all parties of a Barrier pass, and throws them out when it is broken", async () => {
  const barrier = new Barrier(3);
  const pass = async (): Promise<number> => barrier.wait();
  expect(await Promise.all([pass(), pass(), pass()])).toEqual([0, 1, 2]);
  const waiting = [pass(), pass()].map((one) => expect(one).rejects.toThrow(BrokenBarrierError));
  await settle();
  await barrier.abort();
  await Promise.all(waiting);
});

it("passes items through a Queue from producers to consumers, and ends their loops when it is shut down", async () => {
  const queue = new Queue<number>(2);
  const got: number[] = [];
  const consume = async (): Promise<void> => {
    for await (const item of queue) {
      got.push(item);
      queue.taskDone();
    }
  };
  const produce = async (from: number): Promise<void> => {
    for (let item = from; item < from + 10; item++) await queue.put(item);
  };
  const consumers = [consume(), consume()];
  await Promise.all([produce(0), produce(10), produce(20)]);
  await queue.join();
  queue.shutdown();
  await Promise.all(consumers);
  expect(got.sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, item) => item));
  await expect((async () => queue.get())()).rejects.toThrow(QueueShutDown);
});

it("gives the least item of a PriorityQueue first", async () => {
  const queue = new PriorityQueue<[number, string]>();
  await queue.put([2, "write"]);
  await queue.put([1, "read"]);
  expect(await queue.get()).toEqual([1, "read"]);
});
