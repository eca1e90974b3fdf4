import { inspect } from "node:util";
import { isCancelled } from "@asyncio-ts/future";
import { slot } from "@asyncio-ts/future/internal";
import { Ring } from "@asyncio-ts/future/lowlevel";
import {
  Barrier,
  Event,
  LifoQueue,
  Lock,
  PriorityQueue,
  Queue,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  type Store,
} from "@asyncio-ts/sync";
import {
  createTask,
  formatCallGraph,
  gather,
  sleep,
  type Task,
  timeout,
  TimeoutError,
  waitFor,
} from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";
import { awaited, bothKinds, runVirtual } from "@asyncio-ts/testkit";
import { contents, queues } from "./queues.js";

/** Empties a queue. */
function drain<T>(queue: Queue<T>): T[] {
  const items: T[] = [];
  while (!queue.empty()) items.push(queue.getNowait());
  return items;
}

describe.each(queues)("$name", ({ name, make, order }) => {
  it.each(["3", Number.NaN, true])("refuses to be made with the size %o", (maxsize) => {
    expect(() => make(maxsize as number)).toThrow(TypeError);
    expect(() => make(maxsize as number)).toThrow(`new ${name}() needs a number of items, got `);
  });

  it.each([0, -1, Infinity, undefined])("has no limit if its size is %o", (maxsize) => {
    const queue = make(maxsize);
    for (let item = 0; item < 1000; item++) queue.putNowait(item);
    expect([queue.full(), queue.empty(), queue.qsize()]).toEqual([false, false, 1000]);
  });

  it("tells its size, and whether it is empty or full", () => {
    const queue = make(2);
    expect([queue.maxsize, queue.qsize(), queue.empty(), queue.full()]).toEqual([2, 0, true, false]);
    queue.putNowait(1);
    expect([queue.qsize(), queue.empty(), queue.full()]).toEqual([1, false, false]);
    queue.putNowait(2);
    expect([queue.qsize(), queue.empty(), queue.full()]).toEqual([2, false, true]);
    expect(String(queue)).toBe(`<${name} 2 items, 0 getting, 0 putting, 2 unfinished>`);
    queue.getNowait();
    queue.shutdown();
    expect(String(queue)).toBe(`<${name} 1 items, 0 getting, 0 putting, 2 unfinished, shut down>`);
  });

  it("names its calls, in reports", () => {
    const queue = make();
    const calls = [queue.put(1), queue.get(), queue.join(), queue[Symbol.asyncIterator]().next()];
    expect(calls.map(String)).toEqual(
      ["put", "get", "join", "next"].map((method) => `<Coroutine Queue.${method}>`),
    );
  });

  it("refuses to give what it has not, and to take what it can't hold", () => {
    const queue = make(1);
    expect(() => queue.getNowait()).toThrow(new QueueEmpty("getNowait() on a queue that is empty"));
    queue.putNowait(1);
    expect(() => queue.putNowait(2)).toThrow(
      new QueueFull("putNowait() on a queue that is full (maxsize 1)"),
    );
    expect(queue.getNowait()).toBe(1);
    expect(queue.empty()).toBe(true);
  });

  it("gives its items in its own order", () => {
    const queue = make();
    const items = [3, 1, 2, 5, 4];
    for (const item of items) queue.putNowait(item);
    expect(drain(queue)).toEqual(order(items));
  });

  describe.each(bothKinds)("in %s", ({ logOf, runProgram, startTask }) => {
    function getters(queue: Queue<number>, log: string[], names: string): Task<void>[] {
      return [...names].map((who) =>
        startTask(function* () {
          try {
            log.push(`${who} gets ${yield* awaited(queue.get())}`);
          } catch (error) {
            log.push(isCancelled(error) ? `${who} is cancelled` : `${who}: ${(error as Error).name}`);
            throw error;
          }
        }),
      );
    }

    function putters(queue: Queue<number>, log: string[], items: readonly number[]): Task<void>[] {
      return items.map((item) =>
        startTask(function* () {
          try {
            yield* awaited(queue.put(item));
            log.push(`${item} is in`);
          } catch (error) {
            log.push(isCancelled(error) ? `${item} is cancelled` : `${item}: ${(error as Error).name}`);
            throw error;
          }
        }),
      );
    }

    it("puts and gets without a suspension while it is neither full nor empty", async () => {
      const logged = await logOf(function* (log) {
        const queue = make(3);
        const other = startTask(function* () {
          log.push("other runs");
        });
        for (let item = 0; item < 3; item++) yield* awaited(queue.put(item));
        const items: number[] = [];
        for (let round = 0; round < 3; round++) items.push(yield* awaited(queue.get()));
        expect(items).toEqual(order([0, 1, 2]));
        log.push("main is through");
        yield* awaited(other);
      });
      expect(logged).toEqual(["main is through", "other runs"]);
    });

    it("serves getters in the order in which they came", async () => {
      const logged = await logOf(function* (log) {
        const queue = make();
        const tasks = getters(queue, log, "abc");
        yield* awaited(sleep(0));
        for (const item of [1, 2, 3]) {
          yield* awaited(queue.put(item));
          yield* awaited(sleep(1));
        }
        yield* awaited(gather(tasks));
        expect(contents(queue)).toBe("0 items, 0 getting, 0 putting");
      });
      expect(logged).toEqual(["a gets 1", "b gets 2", "c gets 3"]);
    });

    it("lets putters in in the order in which they came, never more than it holds", async () => {
      const logged = await logOf(function* (log) {
        const queue = make(1);
        const tasks = putters(queue, log, [1, 2, 3, 4]);
        yield* awaited(sleep(0));
        expect(contents(queue)).toBe("1 items, 0 getting, 3 putting");
        for (let round = 0; round < 4; round++) {
          log.push(`got ${yield* awaited(queue.get())}`);
          yield* awaited(sleep(0));
        }
        yield* awaited(gather(tasks));
      });
      expect(logged.join(", ")).toBe("1 is in, got 1, 2 is in, got 2, 3 is in, got 3, 4 is in, got 4");
    });

    it("lets getNowait() win between a getter's waking and its turn, and the getter waits on", async () => {
      const logged = await logOf(function* (log) {
        const queue = make();
        const tasks = getters(queue, log, "ab");
        yield* awaited(sleep(0));
        queue.putNowait(1);
        log.push(`main takes ${queue.getNowait()}`);
        yield* awaited(sleep(1000));
        log.push(contents(queue));
        // The one that was woken in vain has gone to the end, as in asyncio.
        queue.putNowait(2);
        queue.putNowait(3);
        yield* awaited(gather(tasks));
      });
      expect(logged).toEqual([
        "main takes 1",
        "0 items, 2 getting, 0 putting",
        `b gets ${order([2, 3])[0]}`,
        `a gets ${order([2, 3])[1]}`,
      ]);
    });

    it("lets putNowait() win between a putter's waking and its turn, and the putter waits on", async () => {
      const logged = await logOf(function* (log) {
        const queue = make(1);
        queue.putNowait(0);
        const tasks = putters(queue, log, [1, 2]);
        yield* awaited(sleep(0));
        log.push(`main takes ${queue.getNowait()}`);
        queue.putNowait(9);
        yield* awaited(sleep(1000));
        log.push(contents(queue));
        log.push(`main takes ${yield* awaited(queue.get())}`);
        yield* awaited(sleep(0));
        log.push(`main takes ${yield* awaited(queue.get())}`);
        yield* awaited(gather(tasks));
        log.push(`main takes ${yield* awaited(queue.get())}`);
      });
      expect(logged).toEqual([
        "main takes 0",
        "1 items, 0 getting, 2 putting",
        "main takes 9",
        "2 is in",
        "main takes 2",
        "1 is in",
        "main takes 1",
      ]);
    });

    it("loses no item to a getter that is cancelled before an item comes", async () => {
      const logged = await logOf(function* (log) {
        const queue = make();
        const tasks = getters(queue, log, "abc");
        yield* awaited(sleep(0));
        tasks[0]?.cancel();
        queue.putNowait(1);
        yield* awaited(sleep(0));
        tasks[2]?.cancel();
        yield* awaited(gather(tasks, { returnExceptions: true }));
        queue.putNowait(2);
        expect(drain(queue)).toEqual([2]);
        expect(contents(queue)).toBe("0 items, 0 getting, 0 putting");
      });
      expect(logged).toEqual(["a is cancelled", "b gets 1", "c is cancelled"]);
    });

    it("gives the item to a getter that is cancelled after it was woken", async () => {
      const logged = await logOf(function* (log) {
        const queue = make();
        const tasks = getters(queue, log, "ab");
        yield* awaited(sleep(0));
        queue.putNowait(1);
        tasks[0]?.cancel();
        yield* awaited(sleep(0));
        queue.putNowait(2);
        yield* awaited(gather(tasks));
      });
      expect(logged).toEqual(["a gets 1", "b gets 2"]);
    });

    it("cancels a getter that was woken, found nothing, and was cancelled in between", async () => {
      const logged = await logOf(function* (log) {
        const queue = make();
        const tasks = getters(queue, log, "ab");
        yield* awaited(sleep(0));
        queue.putNowait(1);
        tasks[0]?.cancel();
        log.push(`main takes ${queue.getNowait()}`);
        yield* awaited(sleep(1000));
        log.push(contents(queue));
        queue.putNowait(2);
        yield* awaited(gather(tasks, { returnExceptions: true }));
      });
      expect(logged).toEqual(["main takes 1", "a is cancelled", "0 items, 1 getting, 0 putting", "b gets 2"]);
    });

    it("puts nothing for a putter that is cancelled before there is room", async () => {
      const logged = await logOf(function* (log) {
        const queue = make(1);
        queue.putNowait(0);
        const tasks = putters(queue, log, [1, 2, 3]);
        yield* awaited(sleep(0));
        tasks[0]?.cancel();
        log.push(`got ${yield* awaited(queue.get())}`);
        yield* awaited(sleep(0));
        tasks[2]?.cancel();
        yield* awaited(gather(tasks, { returnExceptions: true }));
        expect(drain(queue)).toEqual([2]);
        expect(contents(queue)).toBe("0 items, 0 getting, 0 putting");
      });
      expect(logged).toEqual(["got 0", "1 is cancelled", "2 is in", "3 is cancelled"]);
    });

    it("takes the item of a putter that is cancelled after there was room for it", async () => {
      const logged = await logOf(function* (log) {
        const queue = make(1);
        queue.putNowait(0);
        const tasks = putters(queue, log, [1, 2]);
        yield* awaited(sleep(0));
        queue.getNowait();
        tasks[0]?.cancel();
        yield* awaited(sleep(0));
        expect(drain(queue)).toEqual([1]);
        yield* awaited(gather(tasks));
        expect(drain(queue)).toEqual([2]);
      });
      expect(logged).toEqual(["1 is in", "2 is in"]);
    });

    it("cancels a putter that was woken, found no room, and was cancelled in between", async () => {
      const logged = await logOf(function* (log) {
        const queue = make(1);
        queue.putNowait(0);
        const tasks = putters(queue, log, [1, 2]);
        yield* awaited(sleep(0));
        queue.getNowait();
        tasks[0]?.cancel();
        queue.putNowait(9);
        yield* awaited(sleep(1000));
        expect(drain(queue)).toEqual([9]);
        yield* awaited(gather(tasks, { returnExceptions: true }));
        expect(drain(queue)).toEqual([2]);
      });
      expect(logged).toEqual(["1 is cancelled", "2 is in"]);
    });

    it("loses no item to a wait with a timeout that is over", async () => {
      await runProgram(function* () {
        const queue = make();
        const results = yield* awaited(
          gather([timeout(10).with(() => queue.get()), waitFor(queue.get(), 10), waitFor(queue.get(), 0)], {
            returnExceptions: true,
          }),
        );
        for (const result of results) expect(result).toBeInstanceOf(TimeoutError);
        queue.putNowait(1);
        yield* awaited(sleep(0));
        expect(drain(queue)).toEqual([1]);
      });
    });

    it("waits in join() until each item put has been reported as done", async () => {
      const logged = await logOf(function* (log) {
        const queue = make();
        yield* awaited(queue.join()); // Nothing was put: no wait.
        for (const item of [1, 2, 3]) queue.putNowait(item);
        const joiners = [..."ab"].map((who) =>
          startTask(function* () {
            yield* awaited(queue.join());
            log.push(`${who} has joined`);
          }),
        );
        const worker = startTask(function* () {
          while (!queue.empty()) {
            yield* awaited(queue.get());
            yield* awaited(sleep(10));
            log.push("done");
            queue.taskDone();
          }
        });
        yield* awaited(gather([...joiners, worker]));
        yield* awaited(queue.join());
      });
      expect(logged).toEqual(["done", "done", "done", "a has joined", "b has joined"]);
    });

    it("lets those who joined go on though another item is put before their turn", async () => {
      const logged = await logOf(function* (log) {
        const queue = make();
        queue.putNowait(1);
        const joiner = createTask(queue.join());
        yield* awaited(sleep(0));
        queue.taskDone();
        queue.putNowait(2);
        const late = createTask(queue.join());
        yield* awaited(joiner);
        log.push("joined");
        yield* awaited(sleep(1000));
        expect(late.done()).toBe(false);
        queue.taskDone();
        yield* awaited(late);
      });
      expect(logged).toEqual(["joined"]);
    });

    it("refuses taskDone() more often than items were put", async () => {
      await runProgram(function* () {
        const queue = make();
        const message = "taskDone() was called more often than items were put";
        expect(() => queue.taskDone()).toThrow(new RangeError(message));
        queue.putNowait(1);
        queue.taskDone();
        expect(() => queue.taskDone()).toThrow(RangeError);
        yield* awaited(queue.join());
      });
    });

    it("gives what is left after shutdown(), then refuses, and fails those who wait to put", async () => {
      const logged = await logOf(function* (log) {
        const queue = make(2);
        queue.putNowait(1);
        queue.putNowait(2);
        const tasks = putters(queue, log, [3, 4]);
        yield* awaited(sleep(0));
        queue.shutdown();
        queue.shutdown();
        expect(() => queue.putNowait(5)).toThrow(QueueShutDown);
        yield* awaited(gather(tasks, { returnExceptions: true }));
        yield* awaited(gather(putters(queue, log, [6]), { returnExceptions: true }));
        expect([yield* awaited(queue.get()), queue.getNowait()]).toEqual(order([1, 2]));
        expect(() => queue.getNowait()).toThrow(QueueShutDown);
        yield* awaited(gather(getters(queue, log, "a"), { returnExceptions: true }));
        // Room now, but shut down.
        yield* awaited(gather(putters(queue, log, [7]), { returnExceptions: true }));
        expect(contents(queue)).toBe("0 items, 0 getting, 0 putting");
      });
      expect(logged).toEqual([
        "3: QueueShutDown",
        "4: QueueShutDown",
        "6: QueueShutDown",
        "a: QueueShutDown",
        "7: QueueShutDown",
      ]);
    });

    it("fails those who wait to get at shutdown()", async () => {
      const logged = await logOf(function* (log) {
        const queue = make();
        const tasks = getters(queue, log, "abc");
        yield* awaited(sleep(0));
        queue.putNowait(1);
        queue.shutdown();
        yield* awaited(gather(tasks, { returnExceptions: true }));
      });
      expect(logged).toEqual(["a gets 1", "b: QueueShutDown", "c: QueueShutDown"]);
    });

    it("drops what is left at shutdown({ immediate: true }), and lets those who joined go on", async () => {
      const logged = await logOf(function* (log) {
        const queue = make(2);
        queue.putNowait(1);
        queue.putNowait(2);
        const joiner = startTask(function* () {
          yield* awaited(queue.join());
          log.push("joined");
        });
        const tasks = putters(queue, log, [3]);
        yield* awaited(sleep(0));
        queue.shutdown({ immediate: true });
        expect(queue.empty()).toBe(true);
        yield* awaited(gather([...tasks, joiner], { returnExceptions: true }));
        yield* awaited(gather(getters(queue, log, "a"), { returnExceptions: true }));
      });
      expect(logged).toEqual(["joined", "3: QueueShutDown", "a: QueueShutDown"]);
    });

    it("still waits in join() for an item in hand after shutdown({ immediate: true })", async () => {
      const logged = await logOf(function* (log) {
        const queue = make();
        queue.putNowait(1);
        queue.putNowait(2);
        yield* awaited(queue.get());
        const joiner = createTask(queue.join());
        yield* awaited(sleep(0));
        queue.shutdown({ immediate: true });
        yield* awaited(sleep(1000));
        log.push(`joined: ${joiner.done()}`);
        queue.taskDone();
        yield* awaited(joiner);
        log.push(`joined: ${joiner.done()}`);
      });
      expect(logged).toEqual(["joined: false", "joined: true"]);
    });

    it("drops an item at shutdown({ immediate: true }) that a getter was woken for", async () => {
      const logged = await logOf(function* (log) {
        const queue = make();
        const tasks = getters(queue, log, "a");
        yield* awaited(sleep(0));
        queue.putNowait(1);
        queue.shutdown({ immediate: true });
        yield* awaited(gather(tasks, { returnExceptions: true }));
        yield* awaited(queue.join());
      });
      expect(logged).toEqual(["a: QueueShutDown"]);
    });

    it("gives each of 100,000 items from 100 producers to one of 100 consumers", async () => {
      const count = name === "Queue" ? 100_000 : 20_000;
      await runProgram(function* () {
        const queue = make(50);
        const times = new Uint8Array(count);
        const producers = Array.from({ length: 100 }, (_, index) =>
          startTask(function* () {
            for (let item = index; item < count; item += 100) yield* awaited(queue.put(item));
          }),
        );
        const consumers = Array.from({ length: 100 }, () =>
          startTask(function* () {
            for (;;) {
              const item = yield* awaited(queue.get());
              times[item] = (times[item] ?? 0) + 1;
              queue.taskDone();
            }
          }),
        );
        yield* awaited(gather(producers));
        yield* awaited(queue.join());
        queue.shutdown();
        for (const result of yield* awaited(gather(consumers, { returnExceptions: true }))) {
          expect(result).toBeInstanceOf(QueueShutDown);
        }
        expect(times.every((each) => each === 1)).toBe(true);
        expect(contents(queue)).toBe("0 items, 0 getting, 0 putting");
      });
    });
  });

  it("is iterated until it has been shut down and is empty", async () => {
    const log: string[] = [];
    await runVirtual(async () => {
      const queue = make();
      queue.putNowait(1);
      queue.putNowait(2);
      const consumer = createTask(async () => {
        for await (const item of queue) log.push(`got ${item}`);
        log.push("ended");
      });
      await sleep(10);
      await queue.put(3);
      await sleep(10);
      queue.shutdown();
      await consumer;
      for await (const item of queue) log.push(`never ${item}`);
    });
    expect(log).toEqual([...order([1, 2]).map((item) => `got ${item}`), "got 3", "ended"]);
  });

  it("is shared by several that iterate it, and left by one that breaks off, with no item lost", async () => {
    const items = Array.from({ length: 20 }, (_, item) => item);
    const got: number[] = [];
    await runVirtual(async () => {
      const queue = make(3);
      const consumers = [2, 3, 100].map((most) =>
        createTask(async () => {
          let count = 0;
          for await (const item of queue) {
            got.push(item);
            if (++count === most) break;
          }
        }),
      );
      for (const item of items) await queue.put(item);
      queue.shutdown();
      await gather(consumers);
    });
    expect(got.sort((a, b) => a - b)).toEqual(items);
  });

  it("is iterated no further by a task that is cancelled, which loses no item", async () => {
    const log: string[] = [];
    await runVirtual(async () => {
      const queue = make();
      const consumer = createTask(async () => {
        for await (const item of queue) log.push(`got ${item}`);
      });
      await sleep(0);
      queue.putNowait(1);
      consumer.cancel();
      await gather([consumer], { returnExceptions: true });
      queue.putNowait(2);
      log.push(`cancelled: ${consumer.cancelled()}, left: ${drain(queue).join()}`);
    });
    // The item was on its way when the cancellation came.
    expect(log).toEqual(["got 1", "cancelled: true, left: 2"]);
  });

  it("passes an error of its own body on, not of the iteration, when a loop over it fails", async () => {
    await runVirtual(async () => {
      const queue = make();
      queue.putNowait(1);
      queue.putNowait(2);
      const iterate = async () => {
        for await (const item of queue) throw new QueueShutDown(`failed at ${item}`);
      };
      await expect(iterate()).rejects.toThrow(`failed at ${order([1, 2])[0]}`);
      expect(drain(queue)).toEqual([order([1, 2])[1]]);
    });
  });
});

describe("Queue", () => {
  it("may be made with an object of options", () => {
    expect(new Queue({ maxsize: 3 }).maxsize).toBe(3);
    expect(new Queue({}).maxsize).toBe(0);
    expect(() => new Queue({ maxsize: "3" as unknown as number })).toThrow(TypeError);
  });

  it("takes null for a wrong number of items, and not for wrong options", () => {
    expect(() => new Queue(null as unknown as number)).toThrow(
      new TypeError("new Queue() needs a number of items, got null"),
    );
  });

  it("names its errors, which say what happened", async () => {
    const queue = new Queue<number>(1);
    const errors: unknown[] = [];
    const note = (call: () => void): void => {
      try {
        call();
      } catch (error) {
        errors.push(String(error));
      }
    };
    note(() => queue.getNowait());
    queue.putNowait(1);
    note(() => queue.putNowait(2));
    queue.shutdown({ immediate: true });
    note(() => queue.putNowait(3));
    note(() => queue.getNowait());
    expect(errors).toEqual([
      "QueueEmpty: getNowait() on a queue that is empty",
      "QueueFull: putNowait() on a queue that is full (maxsize 1)",
      "QueueShutDown: this queue is shut down; it takes no more items",
      "QueueShutDown: this queue is shut down and empty",
    ]);
  });

  it("tells by name which task waits in join()", async () => {
    await runVirtual(async () => {
      const queue = new Queue<number>();
      queue.putNowait(1);
      const task = createTask(queue.join(), { name: "joins" });
      await sleep(1);
      expect(formatCallGraph(task)).toContain("waits for <Queue.join() pending>");
      queue.taskDone();
      await task;
    });
  });

  it("has iterators that are iterable themselves", async () => {
    const queue = new Queue<number>();
    for (const item of [1, 2]) queue.putNowait(item);
    queue.shutdown();
    const iterator = queue[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual({ done: false, value: 1 });
    const rest: number[] = [];
    for await (const item of iterator) rest.push(item);
    expect(rest).toEqual([2]);
  });

  it("holds items of every kind, undefined and null among them", async () => {
    const queue = new Queue<unknown>();
    const items = [undefined, null, 0, "", false, Number.NaN, queue];
    for (const item of items) queue.putNowait(item);
    expect(queue.qsize()).toBe(items.length);
    expect(drain(queue)).toEqual(items);
  });

  it("gives a task that it holds to a generator coroutine as it is", async () => {
    await runVirtual(function* () {
      const queue = new Queue<Task<string>>();
      const task = createTask(sleep(10, "result"));
      queue.putNowait(task);
      expect(yield* queue.get()).toBe(task);
      expect(yield* task).toBe("result");
    });
  });
});

describe("PriorityQueue", () => {
  it("compares items that are arrays element by element", () => {
    const queue = new PriorityQueue<[number, string]>();
    const items: [number, string][] = [
      [2, "b"],
      [10, "a"],
      [1, "z"],
      [2, "a"],
      [1, "a"],
    ];
    for (const item of items) queue.putNowait(item);
    expect(drain(queue)).toEqual([
      [1, "a"],
      [1, "z"],
      [2, "a"],
      [2, "b"],
      [10, "a"],
    ]);
  });

  it("puts the shorter of two arrays that begin alike first, and looks into arrays inside", () => {
    const queue = new PriorityQueue<unknown[]>();
    for (const item of [[1, [2, 3]], [1, [2]], [1], [0, 9, 9], []]) queue.putNowait(item);
    expect(drain(queue)).toEqual([[], [0, 9, 9], [1], [1, [2]], [1, [2, 3]]]);
  });

  it("gives equal items in the order in which they were put", () => {
    const queue = new PriorityQueue<[number, object]>();
    const items = Array.from({ length: 100 }, (_, index): [number, { index: number }] => [
      index % 3,
      { index },
    ]);
    for (const item of items) queue.putNowait(item);
    expect(drain(queue)).toEqual([...items].sort(([a], [b]) => a - b));
  });

  it("puts an array before a longer one that begins alike, without a look at the rest of that", () => {
    // Symbols can't be compared.
    const short = [1];
    const long = [1, Symbol("s")];
    for (const items of [
      [short, long],
      [long, short],
    ]) {
      const queue = new PriorityQueue<unknown[]>();
      for (const item of items) queue.putNowait(item);
      expect(drain(queue)).toEqual([short, long]);
    }
  });

  it("orders an array and something else by <, too", () => {
    for (const items of [
      [5, [1]],
      [[5], 1],
    ]) {
      const queue = new PriorityQueue<unknown>();
      for (const item of items) queue.putNowait(item);
      expect(drain(queue)).toEqual([items[1], items[0]]);
    }
  });

  it("orders strings, dates and big integers by <", () => {
    const strings = new PriorityQueue<string>();
    for (const item of ["pear", "Apple", "apple"]) strings.putNowait(item);
    expect(drain(strings)).toEqual(["Apple", "apple", "pear"]);
    const dates = new PriorityQueue<Date>();
    for (const time of [3, 1, 2]) dates.putNowait(new Date(time));
    expect(drain(dates).map(Number)).toEqual([1, 2, 3]);
    const integers = new PriorityQueue<bigint>();
    for (const item of [10n ** 20n, 3n, -(10n ** 20n)]) integers.putNowait(item);
    expect(drain(integers)).toEqual([-(10n ** 20n), 3n, 10n ** 20n]);
  });
});

/** An item whose comparison runs code. */
class Comparing {
  readonly rank: number;
  private readonly compared: () => void;

  constructor(rank: number, compared: () => void = () => {}) {
    this.rank = rank;
    this.compared = compared;
  }

  valueOf(): number {
    this.compared();
    return this.rank;
  }
}

describe("PriorityQueue, if a comparison throws", () => {
  /** A queue of these ranks, the comparisons of which throw while the switch is on. */
  function throwing(ranks: readonly number[], maxsize?: number) {
    const queue = new PriorityQueue<Comparing>(maxsize);
    const state = { throws: false };
    const make = (rank: number) =>
      new Comparing(rank, () => {
        if (state.throws) throw new Error("can't be compared");
      });
    for (const rank of ranks) queue.putNowait(make(rank));
    return { queue, state, make };
  }

  const ranksIn = (queue: PriorityQueue<Comparing>) => drain(queue).map(({ rank }) => rank);

  it("puts nothing, and is as it was", () => {
    const queue = new PriorityQueue<[number, unknown]>();
    const items: [number, unknown][] = [1, 2, 3, 4, 5, 6, 7, 8].map((rank) => [rank, "text"]);
    for (const item of items) queue.putNowait(item);
    expect(() => queue.putNowait([2, Symbol("s")])).toThrow(TypeError);
    expect(String(queue)).toBe("<PriorityQueue 8 items, 0 getting, 0 putting, 8 unfinished>");
    expect(drain(queue)).toEqual(items);
  });

  it.each([1, 2, 3, 4, 7, 20])("takes nothing, neither loses nor doubles one of %i items", (count) => {
    const ranks = Array.from({ length: count }, (_, index) => (index * 7) % count);
    const { queue, state, make } = throwing(ranks);
    state.throws = true;
    for (let time = 0; time < 3; time++) {
      // Two items need no comparison: the other is the least once the first is gone.
      if (count > 2) expect(() => queue.getNowait()).toThrow("can't be compared");
      expect(() => queue.putNowait(make(0))).toThrow("can't be compared");
    }
    state.throws = false;
    expect(queue.qsize()).toBe(count);
    expect(ranksIn(queue)).toEqual([...ranks].sort((a, b) => a - b));
  });

  it.each([1, 2])("takes the least of %i items, of which the comparison throws, without one", (count) => {
    const { queue, state } = throwing([1, 2].slice(0, count));
    state.throws = true;
    expect(queue.getNowait().rank).toBe(1);
    state.throws = false;
    expect(ranksIn(queue)).toEqual([2].slice(0, count - 1));
  });

  it("throws that out of a loop over it, which could go on", async () => {
    const { queue, state } = throwing([3, 1, 2]);
    queue.shutdown();
    const iterator = queue[Symbol.asyncIterator]();
    state.throws = true;
    await expect(iterator.next()).rejects.toThrow("can't be compared");
    state.throws = false;
    const rest: number[] = [];
    for await (const { rank } of iterator) rest.push(rank);
    expect(rest).toEqual([1, 2, 3]);
  });

  it("is as it was, at whichever comparison", () => {
    const ranks = Array.from({ length: 40 }, (_, index) => (index * 17) % 40);
    let left = Infinity;
    const compared = () => {
      if (left-- <= 0) throw new Error("can't be compared");
    };
    for (let count = 0; count < 24; count++) {
      const queue = new PriorityQueue<Comparing>();
      for (const rank of ranks) queue.putNowait(new Comparing(rank, compared));
      for (const call of [() => queue.putNowait(new Comparing(-1, compared)), () => queue.getNowait()]) {
        left = count;
        let threw = false;
        try {
          call();
        } catch {
          threw = true;
        }
        left = Infinity;
        if (threw) expect(queue.qsize()).toBe(40);
        else if (queue.qsize() > 40) queue.getNowait();
        else if (queue.qsize() < 40) queue.putNowait(new Comparing(0, compared));
      }
      expect(ranksIn(queue)).toEqual(ranks.map((_, index) => index));
    }
  });

  it("keeps the order of equal items", () => {
    const { queue, state, make } = throwing([]);
    const items = Array.from({ length: 20 }, (_, index) => make(index % 2));
    for (const item of items) {
      queue.putNowait(item);
      state.throws = true;
      if (queue.qsize() > 2) expect(() => queue.getNowait()).toThrow("can't be compared");
      state.throws = false;
    }
    expect(drain(queue)).toEqual([...items].sort((a, b) => a.rank - b.rank));
  });

  it("drops all at an immediate shutdown without comparing", () => {
    const { queue, state } = throwing([3, 2, 1, 4]);
    state.throws = true;
    queue.shutdown({ immediate: true });
    expect(String(queue)).toBe("<PriorityQueue 0 items, 0 getting, 0 putting, shut down>");
  });

  it("wakes the next getter, and the next putter, in place of the one that gets the error", async () => {
    await runVirtual(async () => {
      const { queue, state, make } = throwing([], 3);
      // One more than there are items: it gets the item of the one that fails.
      const getters = Array.from({ length: 4 }, () => createTask(queue.get()));
      await sleep(0);
      for (const rank of [3, 1, 2]) queue.putNowait(make(rank));
      state.throws = true;
      const wrong = await getters[0]?.catch((error: unknown) => (error as Error).message);
      state.throws = false;
      expect(wrong).toBe("can't be compared");
      const got = await gather(getters.slice(1), { returnExceptions: true });
      expect(got.filter((item) => item instanceof Comparing).length + queue.qsize()).toBe(3);

      for (const item of drain(queue)) void item;
      for (const rank of [1, 2, 3]) queue.putNowait(make(rank));
      const putters = [createTask(queue.put(make(4))), createTask(queue.put(make(5)))];
      await sleep(0);
      queue.getNowait();
      state.throws = true;
      expect(await putters[0]?.catch((error: unknown) => (error as Error).message)).toBe("can't be compared");
      state.throws = false;
      await waitFor(gather(putters, { returnExceptions: true }), 10);
    });
  });
});

describe("PriorityQueue, if a comparison calls it", () => {
  it.each<[string, (queue: PriorityQueue<Comparing>) => void]>([
    ["putNowait()", (queue) => queue.putNowait(new Comparing(0))],
    ["getNowait()", (queue) => void queue.getNowait()],
    ["shutdown()", (queue) => queue.shutdown({ immediate: true })],
  ])("refuses %s, and neither call changes anything", (_, call) => {
    const queue = new PriorityQueue<Comparing>();
    const state = { calls: false };
    const make = (rank: number) =>
      new Comparing(rank, () => {
        if (state.calls) call(queue);
      });
    for (const rank of [5, 3, 4, 1, 2]) queue.putNowait(make(rank));
    state.calls = true;
    expect(() => queue.putNowait(make(0))).toThrow("was changed while it compares its items");
    expect(() => queue.getNowait()).toThrow("was changed while it compares its items");
    state.calls = false;
    expect(drain(queue).map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5]);
  });

  it("tells it its size", () => {
    const sizes: number[] = [];
    const queue = new PriorityQueue<Comparing>();
    for (const rank of [2, 1]) queue.putNowait(new Comparing(rank, () => sizes.push(queue.qsize())));
    expect([...new Set(sizes)]).toEqual([1]);
  });
});

describe("LifoQueue", () => {
  it("gives the item put last first, whatever comes in between", () => {
    const queue = new LifoQueue<number>();
    const got: number[] = [];
    queue.putNowait(1);
    queue.putNowait(2);
    got.push(queue.getNowait());
    queue.putNowait(3);
    got.push(queue.getNowait(), queue.getNowait());
    expect(got).toEqual([2, 3, 1]);
  });
});

it("console.log shows the text of a primitive, as of futures and tasks", () => {
  for (const primitive of [
    new Queue(),
    new LifoQueue(),
    new PriorityQueue(),
    new Lock(),
    new Event(),
    new Barrier(2),
  ]) {
    expect(inspect(primitive)).toContain(String(primitive));
  }
  expect(inspect(new Queue())).toContain("<Queue");
});

it("a loop over a queue whose store throws ends with that error", async () => {
  class Broken extends Queue<number> {
    protected override store(): Store<number> {
      return Object.assign(new Ring<number>(), {
        shift: () => {
          throw new RangeError("of the store");
        },
      });
    }
  }
  const queue = new Broken();
  queue.putNowait(1);
  await expect(queue[Symbol.asyncIterator]().next()).rejects.toThrow(new RangeError("of the store"));
});

it("lists each queue with many items once, for those who look at the program, however many there are", () => {
  const listed = (): unknown[] => (slot.queues ?? []).map((ref) => ref.deref());
  const before = new Set(listed());
  const many = Array.from({ length: 200 }, () => new Queue<number>());
  for (const queue of many) for (let i = 0; i < 100; i++) queue.putNowait(i);
  for (const queue of many) for (let i = 0; i < 900; i++) queue.putNowait(i);
  expect(listed().filter((queue) => !before.has(queue))).toEqual(many);
});
