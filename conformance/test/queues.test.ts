import { isCancelled } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import {
  Event,
  LifoQueue,
  PriorityQueue,
  Queue,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
} from "@asyncio-ts/sync";
import { createTask, gather, sleep, TaskGroup, TimeoutError, waitFor } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";

import { awaited, bothKinds, errorOf } from "@asyncio-ts/testkit";

const eachQueueInEachKind = [Queue, LifoQueue, PriorityQueue].flatMap((QueueClass) =>
  bothKinds.map((kind) => [QueueClass.name, kind.name, kind, QueueClass] as const),
);

describe.each(bothKinds)("a Queue, in %s", ({ define, runProgram }) => {
  it("says in its text how many items it has, and how many wait to get and to put", () =>
    runProgram(function* () {
      const queue = new Queue<number>(1);
      expect(String(queue)).toMatch(/^<Queue 0 items, 0 getting, 0 putting/);
      const getter = createTask(queue.get());
      yield* awaited(sleep(0));
      expect(String(queue)).toMatch(/^<Queue 0 items, 1 getting, 0 putting/);
      queue.putNowait(0);
      expect(yield* awaited(getter)).toBe(0);

      queue.putNowait(1);
      const putter = createTask(queue.put(2));
      yield* awaited(sleep(0));
      expect(String(queue)).toMatch(/^<Queue 1 items, 0 getting, 1 putting/);
      queue.getNowait();
      yield* awaited(putter);
      expect(String(queue)).toMatch(/^<Queue 1 items, 0 getting, 0 putting/);
    }));

  it("is empty until something is put, and again when it is taken", () =>
    runProgram(function* () {
      const queue = new Queue<number>();
      expect(queue.empty()).toBe(true);
      yield* awaited(queue.put(1));
      expect(queue.empty()).toBe(false);
      expect(yield* awaited(queue.get())).toBe(1);
      expect(queue.empty()).toBe(true);
    }));

  it("is full at its maxsize, and never without one", () =>
    runProgram(function* () {
      const endless = new Queue<number>();
      for (let i = 0; i < 1000; i++) endless.putNowait(i);
      expect(endless.full()).toBe(false);
      const small = new Queue<number>(1);
      expect(small.full()).toBe(false);
      yield* awaited(small.put(1));
      expect(small.full()).toBe(true);
    }));

  it.each([
    ["in the order in which they were put", Queue, [1, 3, 2]],
    ["the last one first from a LifoQueue", LifoQueue, [2, 3, 1]],
    ["the least one first from a PriorityQueue", PriorityQueue, [1, 2, 3]],
  ] as const)("gives its items %s", async (_how, QueueClass, expected) => {
    await runProgram(function* () {
      const queue = new QueueClass<number>();
      for (const item of [1, 3, 2]) yield* awaited(queue.put(item));
      const items: number[] = [];
      for (let i = 0; i < 3; i++) items.push(yield* awaited(queue.get()));
      expect(items).toEqual(expected);
    });
  });

  it("holds up who puts beyond its maxsize, until one is taken", () =>
    runProgram(function* () {
      const queue = new Queue<number>(2);
      expect(queue.maxsize).toBe(2);
      const put: number[] = [];
      const putter = define(function* () {
        for (const item of [0, 1, 2]) {
          yield* awaited(queue.put(item));
          put.push(item);
        }
        return "all put";
      });
      const task = createTask(putter());
      yield* awaited(sleep(0));
      yield* awaited(sleep(0));
      expect(put).toEqual([0, 1]);
      expect(yield* awaited(queue.get())).toBe(0);
      yield* awaited(sleep(0));
      expect(put).toEqual([0, 1, 2]);
      expect(yield* awaited(queue.get())).toBe(1);
      expect(yield* awaited(queue.get())).toBe(2);
      expect(task.result()).toBe("all put");
    }));

  it("counts a fraction of a place as a place", () =>
    runProgram(function* () {
      const queue = new Queue<number>({ maxsize: 1.3 });
      queue.putNowait(1);
      yield* awaited(queue.put(2));
      expect(queue.full()).toBe(true);
      expect(() => queue.putNowait(3)).toThrow(QueueFull);
    }));

  it("does not suspend who gets while there are items, nor who puts while there is room", () =>
    runProgram(function* () {
      const queue = new Queue<number>();
      let others = 0;
      getRunningLoop().callSoon(() => others++);
      queue.putNowait(1);
      yield* awaited(queue.put(2));
      expect(yield* awaited(queue.get())).toBe(1);
      expect(queue.getNowait()).toBe(2);
      expect(others).toBe(0);
    }));

  it("refuses getNowait() while it is empty, and putNowait() while it is full", () => {
    const queue = new Queue<number>(1);
    expect(() => queue.getNowait()).toThrow(QueueEmpty);
    queue.putNowait(1);
    expect(() => queue.putNowait(2)).toThrow(QueueFull);
    expect(queue.qsize()).toBe(1);
    expect(queue.getNowait()).toBe(1);
    expect(() => queue.getNowait()).toThrow(QueueEmpty);
  });

  it("wakes the first who waits to put when an item is taken", () =>
    runProgram(function* () {
      const queue = new Queue<string>(1);
      queue.putNowait("a");
      const putters = ["b", "c"].map((item) => createTask(queue.put(item)));
      yield* awaited(sleep(0));
      expect(putters.some((task) => task.done())).toBe(false);
      expect(yield* awaited(queue.get())).toBe("a");
      yield* awaited(sleep(0));
      expect(putters.map((task) => task.done())).toEqual([true, false]);
      expect(yield* awaited(queue.get())).toBe("b");
      expect(yield* awaited(queue.get())).toBe("c");
    }));

  it("wakes who waits to get when an item is put, and not before", () =>
    runProgram(function* () {
      const queue = new Queue<string>();
      const events: string[] = [];
      const started = new Event();
      const getter = define(function* () {
        started.set();
        const item = yield* awaited(queue.get());
        events.push(`got at ${getRunningLoop().time()}`);
        return item;
      });
      const task = createTask(getter());
      yield* awaited(started.wait());
      getRunningLoop().callLater(10, () => queue.putNowait("late"));
      yield* awaited(sleep(5));
      expect(events).toEqual([]);
      expect(yield* awaited(task)).toBe("late");
      expect(events).toEqual(["got at 10"]);

      const second = createTask(queue.get());
      yield* awaited(sleep(0));
      yield* awaited(queue.put("by put()"));
      expect(yield* awaited(second)).toBe("by put()");
    }));

  it("wakes who waits to put when an item is taken, and not before", () =>
    runProgram(function* () {
      const queue = new Queue<number>(1);
      const events: string[] = [];
      const started = new Event();
      const putter = define(function* () {
        started.set();
        yield* awaited(queue.put(1));
        yield* awaited(queue.put(2));
        events.push(`put at ${getRunningLoop().time()}`);
      });
      getRunningLoop().callLater(10, () => queue.getNowait());
      const task = createTask(putter());
      yield* awaited(started.wait());
      yield* awaited(sleep(5));
      expect(events).toEqual([]);
      yield* awaited(task);
      expect(events).toEqual(["put at 10"]);
    }));

  it("gives the item to the second getter when the first was cancelled", () =>
    runProgram(function* () {
      const queue = new Queue<string>();
      const [first, second] = [createTask(queue.get()), createTask(queue.get())];
      yield* awaited(sleep(0));
      first.cancel();
      yield* awaited(sleep(0));
      expect(first.cancelled()).toBe(true);
      yield* awaited(queue.put("a"));
      yield* awaited(sleep(0));
      expect(second.result()).toBe("a");
    }));

  it("keeps the order of those who put when a later one is cancelled", () =>
    runProgram(function* () {
      const queue = new Queue<string>(1);
      const putters = ["a", "b", "cancelled"].map((item) => createTask(queue.put(item)));
      yield* awaited(sleep(0));
      expect(putters.map((task) => task.done())).toEqual([true, false, false]);
      putters[2]?.cancel();
      yield* awaited(sleep(0));
      expect(putters.map((task) => task.cancelled())).toEqual([false, false, true]);
      expect(queue.getNowait()).toBe("a");
      yield* awaited(sleep(0));
      expect(queue.getNowait()).toBe("b");
      yield* awaited(sleep(0));
      expect(queue.empty()).toBe(true);
    }));

  it("has put() return before the get() that waited for the item goes on", () =>
    runProgram(function* () {
      const queue = new Queue<number>();
      const putter = define(function* () {
        yield* awaited(queue.put(1));
        return "put";
      });
      const task = createTask(putter());
      expect(yield* awaited(queue.get())).toBe(1);
      expect(task.result()).toBe("put");
    }));

  it("of one place hands every item from a producer to a consumer", () =>
    runProgram(function* () {
      const queue = new Queue<number>(1);
      const taken: number[] = [];
      const consumer = define(function* () {
        for (let i = 0; i < 5; i++) taken.push(yield* awaited(queue.get()));
      });
      const producer = define(function* () {
        for (let i = 0; i < 5; i++) yield* awaited(queue.put(i));
      });
      const group = new TaskGroup();
      yield* awaited(
        group.with(() => {
          group.createTask(producer());
          group.createTask(consumer());
        }),
      );
      expect(taken).toEqual([0, 1, 2, 3, 4]);
    }));

  it("wakes all the putters for whom several getNowait() have made room", () =>
    runProgram(function* () {
      const queue = new Queue<number>(2);
      const putter = define(function* (item: number) {
        yield* awaited(queue.put(item));
      });
      const drained: number[] = [];
      const drain = define(function* () {
        yield* awaited(sleep(0));
        for (let left = queue.qsize(); left > 0; left--) drained.push(queue.getNowait());
      });
      const group = new TaskGroup();
      yield* awaited(
        group.with(() => {
          group.createTask(drain());
          for (const item of [0, 1, 2, 3]) group.createTask(putter(item));
        }),
      );
      expect(drained).toEqual([0, 1]);
      expect([queue.getNowait(), queue.getNowait()]).toEqual([2, 3]);
    }));

  it("forgets a getter whose time is over, and a putter that is cancelled", () =>
    runProgram(function* () {
      const queue = new Queue<number>(1);
      expect(yield* errorOf(waitFor(queue.get(), 100))).toBeInstanceOf(TimeoutError);
      expect(String(queue)).toContain("0 getting");
      queue.putNowait(1);
      const putter = createTask(queue.put(2));
      yield* awaited(sleep(0));
      expect(String(queue)).toContain("1 putting");
      putter.cancel();
      expect(isCancelled(yield* errorOf(putter))).toBe(true);
      expect(String(queue)).toContain("0 putting");
    }));

  it("loses no item to a getter that is cancelled after items came: it keeps the one it was woken for", () =>
    runProgram(function* () {
      const queue = new Queue<number>();
      const getter = createTask(queue.get());
      yield* awaited(sleep(0));
      queue.putNowait(1);
      queue.putNowait(2);
      getter.cancel();
      expect(yield* awaited(getter)).toBe(1);
      expect(queue.getNowait()).toBe(2);
      expect(queue.empty()).toBe(true);
    }));

  it("gives its items in order to the getters that were woken, whether one of them is cancelled or not", () =>
    runProgram(function* () {
      const queue = new Queue<number>();
      const [first, second, third] = [
        createTask(queue.get()),
        createTask(queue.get()),
        createTask(queue.get()),
      ];
      yield* awaited(sleep(0));
      queue.putNowait(1);
      queue.putNowait(2);
      first.cancel();
      expect([yield* awaited(first), yield* awaited(second)]).toEqual([1, 2]);
      expect(third.done()).toBe(false);
      queue.putNowait(3);
      expect(yield* awaited(third)).toBe(3);
    }));

  it("puts the item of a putter that is cancelled after room was made, exactly once", () =>
    runProgram(function* () {
      const queue = new Queue<number>(1);
      queue.putNowait(1);
      const putter = createTask(queue.put(2));
      yield* awaited(sleep(0));
      expect(queue.getNowait()).toBe(1);
      putter.cancel();
      yield* awaited(putter);
      expect(putter.cancelled()).toBe(false);
      expect(queue.getNowait()).toBe(2);
      expect(queue.qsize()).toBe(0);
    }));
});

describe.each(eachQueueInEachKind)(
  "join() of a %s, in %s",
  (_name, _kind, { define, runProgram }, QueueClass) => {
    it("refuses a taskDone() more than there were items", () => {
      const queue = new QueueClass<number>();
      expect(() => queue.taskDone()).toThrow(RangeError);
      queue.putNowait(1);
      queue.taskDone();
      expect(() => queue.taskDone()).toThrow(RangeError);
    });

    it("waits until the workers have dealt with every item", () =>
      runProgram(function* () {
        const queue = new QueueClass<number>();
        for (let i = 0; i < 100; i++) queue.putNowait(i);
        let sum = 0;
        const worker = define(function* () {
          for (;;) {
            const item = yield* awaited(queue.get());
            yield* awaited(sleep(1));
            sum += item;
            queue.taskDone();
          }
        });
        const workers = [createTask(worker()), createTask(worker())];
        yield* awaited(queue.join());
        expect(sum).toBe(4950);
        expect(getRunningLoop().time()).toBe(50);
        for (const task of workers) task.cancel();
        yield* awaited(gather(workers, { returnExceptions: true }));
      }));

    it("does not suspend while nothing is unfinished, however often", () =>
      runProgram(function* () {
        const queue = new QueueClass<number>();
        let others = 0;
        getRunningLoop().callSoon(() => others++);
        yield* awaited(queue.join());
        yield* awaited(queue.join());
        expect(others).toBe(0);
      }));
  },
);

describe.each(eachQueueInEachKind)(
  "shutdown() of a %s, in %s",
  (_name, _kind, { define, runProgram }, QueueClass) => {
    const expectClosed = define(function* (queue: Queue<string>) {
      expect(yield* errorOf(queue.put("late"))).toBeInstanceOf(QueueShutDown);
      expect(() => queue.putNowait("late")).toThrow(QueueShutDown);
      expect(yield* errorOf(queue.get())).toBeInstanceOf(QueueShutDown);
      expect(() => queue.getNowait()).toThrow(QueueShutDown);
    });

    it("of an empty queue fails who waits to get, and whoever comes after", () =>
      runProgram(function* () {
        const queue = new QueueClass<string>();
        const getter = createTask(queue.get());
        yield* awaited(sleep(0));
        queue.shutdown();
        expect(queue.qsize()).toBe(0);
        yield* awaited(queue.join());
        yield* awaited(sleep(0));
        expect(getter.done()).toBe(true);
        expect(yield* errorOf(getter)).toBeInstanceOf(QueueShutDown);
        yield* awaited(expectClosed(queue));
      }));

    it("fails who waits to put, lets what is left be got, and lets join() wait for it", () =>
      runProgram(function* () {
        const queue = new QueueClass<string>(1);
        queue.putNowait("left");
        const joiner = createTask(queue.join());
        const putter = createTask(queue.put("never"));
        yield* awaited(sleep(0));
        expect(putter.done()).toBe(false);
        queue.shutdown({ immediate: false });
        expect(queue.qsize()).toBe(1);
        yield* awaited(sleep(0));
        expect(putter.done()).toBe(true);
        expect(yield* errorOf(putter)).toBeInstanceOf(QueueShutDown);

        expect(() => queue.putNowait("late")).toThrow(QueueShutDown);
        expect(yield* awaited(queue.get())).toBe("left");
        yield* awaited(sleep(0));
        expect(joiner.done()).toBe(false);
        yield* awaited(expectClosed(queue));
        queue.taskDone();
        yield* awaited(sleep(0));
        expect(joiner.done()).toBe(true);
        expect(() => queue.taskDone()).toThrow(RangeError);
      }));

    it("drops what is left if it is immediate, and ends join()", () =>
      runProgram(function* () {
        const queue = new QueueClass<string>();
        queue.putNowait("dropped");
        const joiner = createTask(queue.join());
        yield* awaited(sleep(0));
        queue.shutdown({ immediate: true });
        expect(queue.qsize()).toBe(0);
        yield* awaited(sleep(0));
        expect(joiner.done()).toBe(true);
        yield* awaited(expectClosed(queue));
        expect(() => queue.taskDone()).toThrow(RangeError);
      }));

    it("if it is immediate, still has join() wait for items that were got before", () =>
      runProgram(function* () {
        const queue = new QueueClass<string>();
        queue.putNowait("got");
        queue.putNowait("dropped");
        const joiner = createTask(queue.join());
        yield* awaited(queue.get());
        queue.shutdown({ immediate: true });
        expect(queue.qsize()).toBe(0);
        yield* awaited(sleep(0));
        expect(joiner.done()).toBe(false);
        yield* awaited(expectClosed(queue));
        queue.taskDone();
        expect(() => queue.taskDone()).toThrow(RangeError);
        yield* awaited(sleep(0));
        expect(joiner.done()).toBe(true);
        yield* awaited(joiner);
      }));
  },
);
