/**
 * Everything of this package that is awaited, in debug mode, where coroutine objects are watched as they are
 * made.
 */
import { type Coroutine, coroutine } from "@asyncio-ts/coroutine";
import type { ExceptionContext } from "@asyncio-ts/future";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { Barrier, BoundedSemaphore, Condition, Event, Lock, Queue, Semaphore } from "@asyncio-ts/sync";
import { createTask, DeadlockError, formatCallGraph, run, sleep, timeout } from "@asyncio-ts/task";
import { needing, rejectionOf } from "@asyncio-ts/testkit";
import { describe, expect, test } from "vitest";

const body = async (): Promise<string> => "done";
const set = (): Event => {
  const event = new Event();
  event.set();
  return event;
};
const filled = (): Queue<string> => {
  const queue = new Queue<string>();
  queue.putNowait("done");
  return queue;
};

const calls: readonly (readonly [name: string, call: () => Coroutine<unknown>])[] = [
  ["Lock.acquire", () => new Lock().acquire()],
  ["Lock.with", () => new Lock().with(body)],
  ["Semaphore.acquire", () => new Semaphore().acquire()],
  ["Semaphore.with", () => new Semaphore().with(body)],
  ["BoundedSemaphore.acquire", () => new BoundedSemaphore().acquire()],
  ["BoundedSemaphore.with", () => new BoundedSemaphore().with(body)],
  ["Condition.with", () => new Condition().with(body)],
  ["Barrier.wait", () => new Barrier(1).wait()],
  ["Barrier.with", () => new Barrier(1).with(body)],
  ["Barrier.reset", () => new Barrier(1).reset()],
  ["Barrier.abort", () => new Barrier(1).abort()],
  ["Condition.waitFor", () => new Condition().waitFor(() => "done")],
  ["Event.wait", () => set().wait()],
  ["Queue.put", () => new Queue<string>().put("item")],
  ["Queue.get", () => filled().get()],
  ["Queue.join", () => new Queue<string>().join()],
];

/** Returns what a program in debug mode reports. */
async function reportsOf(main: () => Promise<unknown>): Promise<string[]> {
  const reports: ExceptionContext[] = [];
  const loop = virtualLoop();
  loop.setExceptionHandler((_, context) => reports.push(context));
  // The length of a turn depends on the machine, and is not what is looked for.
  loop.slowCallbackDuration = Infinity;
  await run(main, { loopFactory: () => loop, debug: true });
  return reports.map(({ message }) => message);
}

describe.each(calls)("in debug mode, %s()", (name, call) => {
  test("works, and nothing is reported", async () => {
    const outside = await call();
    expect(
      await reportsOf(async () => {
        expect(typeof (await call())).toBe(typeof outside);
      }),
    ).toEqual([]);
  });

  test("that nobody awaits is reported with its name", async () => {
    expect(await reportsOf(async () => void call())).toEqual([
      expect.stringContaining(`coroutine ${name}() was never awaited`),
    ]);
  });
});

describe.each<[string, () => (() => Coroutine<unknown>) | Promise<() => Coroutine<unknown>>]>([
  [
    "Lock.acquire",
    async () => {
      const lock = new Lock();
      await lock.acquire();
      return () => lock.acquire();
    },
  ],
  ["Semaphore.acquire", () => () => new Semaphore(0).acquire()],
  ["Event.wait", () => () => new Event().wait()],
  ["Queue.get", () => () => new Queue().get()],
  [
    "Queue.put",
    () => {
      const queue = new Queue(1);
      queue.putNowait("item");
      return () => queue.put("another");
    },
  ],
])("in debug mode, the line that waits in %s()", (name, prepare) => {
  const bodies = async (): Promise<[name: string, body: () => Coroutine<void>][]> => {
    const call = await prepare();
    async function waits(): Promise<void> {
      await call();
    }
    function* yields() {
      yield* call();
    }
    return [
      ["waits", coroutine(waits)],
      ["yields", coroutine(yields)],
    ];
  };
  const line = (of: string): RegExp =>
    new RegExp(`at (async )?${of} \\(.*debug-mode\\.test\\.ts:\\d+:\\d+\\)`);

  test("is in the call graph", async () => {
    const reports = await reportsOf(async () => {
      for (const [body, start] of await bodies()) {
        const task = createTask(start(), { name: "t" });
        await sleep(1);
        const [first, place] = formatCallGraph(task).split("\n");
        expect(first).toBe(`* <Task 't' (${body}) pending> waits for <${name}() pending>`);
        // The call itself is in an arrow function.
        expect(place).toMatch(/^ {4}at .*debug-mode\.test\.ts:\d+:\d+/);
        task.cancel();
        await rejectionOf(task);
      }
    });
    expect(reports).toEqual([]);
  });

  describe("is in the stack of the cancellation, which is the cause of a TimeoutError,", () => {
    async function tells(body: string): Promise<void> {
      await reportsOf(async () => {
        const start = (await bodies()).find(([name]) => name === body)?.[1] as () => Coroutine<void>;
        const error = (await rejectionOf(timeout(10).with(start()))) as Error;
        expect((error.cause as Error).stack).toMatch(line(body));
      });
    }

    test("in an async function", needing("stacks that go through `await`"), () => tells("waits"));
    test("in a generator coroutine", () => tells("yields"));
  });
});

test("in debug mode, a coroutine object that a predicate returns is an error of the call, and no report", async () => {
  const predicate = coroutine(async () => true);
  const reports = await reportsOf(async () => {
    const error = await rejectionOf(new Condition().waitFor(() => predicate()));
    expect(error).toBeInstanceOf(TypeError);
  });
  expect(reports).toEqual([]);
});

test("in debug mode, a deadlock tells the lines that wait for a lock", async () => {
  const lock = new Lock();
  async function waitsForever(): Promise<void> {
    await lock.acquire();
  }
  const error = await rejectionOf(
    reportsOf(async () => {
      await lock.acquire();
      await waitsForever();
    }),
  );
  expect(error).toBeInstanceOf(DeadlockError);
  expect((error as Error).message).toMatch(
    /> waits for <Lock\.acquire\(\) pending>\n {6}at (async )?waitsForever \(.*debug-mode\.test\.ts/,
  );
});

describe.each<[string, () => Coroutine<unknown>]>([
  ["Barrier.wait", () => new Barrier(2).wait()],
  [
    "Condition.wait",
    () => {
      const condition = new Condition();
      return condition.with(() => condition.wait());
    },
  ],
])("in debug mode, a cancellation of %s() tells the line of the program, not of the library,", (_, call) => {
  async function tells(body: () => PromiseLike<void>): Promise<void> {
    await reportsOf(async () => {
      const error = (await rejectionOf(timeout(10).with(body))) as Error;
      expect((error.cause as Error).stack).toContain(body.name);
    });
  }

  test("in an async function", needing("stacks that go through `await`"), () =>
    tells(async function waits() {
      await call();
    }),
  );

  test("in a generator coroutine", () =>
    tells(
      coroutine(function* yields() {
        yield* call();
      }),
    ));
});
