/** What `explore` does with programs of tasks. */
import { Future, isCancelled } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import {
  ExplorationError,
  explore,
  type ExploreOptions,
  type Outside,
  virtualLoop,
} from "@asyncio-ts/loop/testing";
import {
  createTask,
  currentTask,
  DeadlockError,
  gather,
  KeyboardInterrupt,
  run,
  sleep,
  type Task,
  timeout,
} from "@asyncio-ts/task";
import { awaited, bothKinds, type Program, rejectionOf } from "@asyncio-ts/testkit";
import { describe, expect, test } from "vitest";

async function errorOf(promise: Promise<unknown>): Promise<ExplorationError> {
  const error = await rejectionOf(promise);
  expect(error).toBeInstanceOf(ExplorationError);
  return error as ExplorationError;
}

describe.each(bothKinds)("explore of %s", (kind) => {
  const { body, startTask } = kind;

  /** Everything that a program logs, in all runs, each log once. */
  async function logsOf(
    program: (log: (text: string) => void, outside: Outside) => Program<void>,
    options: ExploreOptions = {},
  ): Promise<string[]> {
    const logs = new Set<string>();
    const main = body(function* (outside: Outside) {
      const log: string[] = [];
      yield* program((text) => log.push(text), outside);
      logs.add(log.join(" "));
    });
    await explore(main, { strategy: "exhaustive", ...options });
    return [...logs].sort();
  }

  test("without a switch, it has the order of a virtual loop", async () => {
    const program = function* (log: string[]): Program<void> {
      const loop = getRunningLoop();
      const note = (text: string): void => void log.push(`${text} at ${loop.time()}`);
      const worker = (name: string, delays: readonly number[]) =>
        body(function* () {
          for (const delay of delays) {
            note(`${name} sleeps ${delay}`);
            yield* awaited(sleep(delay));
          }
          loop.callSoon(note, `${name} has called soon`);
          note(`${name} ends`);
        });
      loop.callLater(2, note, "later");
      const tasks = [worker("a", [0, 1, 1, 0]), worker("b", [1, 0, 0.5, 0.5]), worker("c", [2, 0, 0])];
      yield* awaited(timeout(4).with(() => gather(tasks)));
      note("end");
    };
    const [virtual, explored]: [string[], string[]] = [[], []];
    await run(
      body(() => program(virtual)),
      { loopFactory: virtualLoop },
    ).catch(() => {});
    await explore(
      body(() => program(explored)),
      { replay: "" },
    ).catch(() => {});
    expect(virtual.length).toBeGreaterThan(10);
    // Once more to tell its steps.
    expect(explored).toEqual([...virtual, ...virtual].slice(0, explored.length));
    expect(explored.length % virtual.length).toBe(0);
  });

  test("a task whose step is ready may be held back while others go on", async () => {
    const logs = await logsOf(
      function* (log) {
        const tasks = ["a", "b"].map((name) =>
          startTask(function* () {
            log(name);
            yield* awaited(sleep(0));
            log(name);
          }),
        );
        yield* awaited(gather(tasks));
      },
      { switches: 9 },
    );
    // But whoever yields lets those go on that were ready.
    expect(logs).toEqual(["a b a b", "a b b a", "b a a b", "b a b a"]);
  });

  test("a loop that polls with sleep(0) ends in every order", async () => {
    const { complete } = await explore(
      body(function* () {
        const state = { ready: false };
        startTask(function* () {
          yield* awaited(sleep(0));
          state.ready = true;
        });
        while (!state.ready) yield* awaited(sleep(0));
      }),
      { strategy: "exhaustive", switches: 4 },
    );
    expect(complete).toBe(true);
  });

  test("timers that tie, or nearly tie, come in either order, and time never goes back", async () => {
    const race = function* (log: (text: string) => void, delays: readonly number[]): Program<void> {
      const loop = getRunningLoop();
      let last = 0;
      const tasks = delays.map((delay) =>
        startTask(function* () {
          yield* awaited(sleep(delay));
          log(String(delay));
          expect(loop.time()).toBeGreaterThanOrEqual(Math.max(last, delay));
          last = loop.time();
        }),
      );
      yield* awaited(gather(tasks));
    };
    expect(await logsOf((log) => race(log, [5, 5.5]))).toEqual(["5 5.5", "5.5 5"]);
    expect(await logsOf((log) => race(log, [5, 6]))).toEqual(["5 6"]);
    expect(await logsOf((log) => race(log, [5, 6]), { jitter: 2 })).toEqual(["5 6", "6 5"]);
    expect(await logsOf((log) => race(log, [5, 5.5]), { jitter: 0 })).toEqual(["5 5.5"]);
  });

  test("a timeout may come just before the result that arrives at its deadline, or after it", async () => {
    const logs = await logsOf(function* (log, outside) {
      try {
        log(yield* awaited(timeout(5).with(() => outside.future("answer"))));
      } catch (error) {
        log((error as Error).name);
      }
    });
    expect(logs).toEqual(["TimeoutError", "answer"]);
  });

  test("events from outside come in any order, and at any time", async () => {
    const logs = await logsOf(function* (log, outside) {
      outside.call(() => log("event"));
      const promise = startTask(function* () {
        log(yield* awaited(outside.promise("promise")));
      });
      const future = startTask(function* () {
        log(yield* awaited(outside.future("future")));
      });
      yield* awaited(gather([promise, future]));
    });
    expect(logs).toEqual([
      "event future promise",
      "event promise future",
      "future event promise",
      "future promise",
      "promise event future",
      "promise future",
    ]);
  });

  test("events go on to come while the program is shut down, and not when it is over", async () => {
    const ends = new Set<string>();
    let isOver = false;
    const { complete } = await explore(
      body(function* (outside: Outside) {
        isOver = false;
        let came = "";
        outside.call(() => {
          expect(isOver).toBe(false);
          came = "came";
        });
        startTask(function* () {
          try {
            yield* awaited(sleep(10));
          } finally {
            yield* awaited(sleep(1));
            ends.add(came);
            isOver = true;
          }
        });
        yield* awaited(sleep(1));
      }),
      { strategy: "exhaustive" },
    );
    expect([complete, ...ends].sort()).toEqual(["", "came", true]);
  });

  test("a deadlock is a failure, and takes no time to be found", async () => {
    const error = await errorOf(
      explore(
        body(function* () {
          const gone = new Future<void>();
          const waiter = startTask(function* waits() {
            yield* awaited(sleep(1));
            yield* awaited(gone);
          });
          yield* awaited(waiter);
        }),
      ),
    );
    expect(error.cause).toBeInstanceOf(DeadlockError);
    expect(error.steps.at(-1)).toBe("       nothing is left that could wake the program");
  });

  test("the steps tell who did what, and what they wait for", async () => {
    const error = await errorOf(
      explore(
        body(function* main(outside: Outside) {
          let last = "";
          const [first, second] = ["first", "second"].map((name) =>
            createTask(
              body(function* () {
                last = yield* awaited(outside.future(name));
              }),
              { name },
            ),
          ) as [Task<void>, Task<void>];
          yield* awaited(second);
          yield* awaited(first);
          if (last === "first") throw new Error("overtaken");
        }),
        { strategy: "exhaustive" },
      ),
    );
    expect(error.message).toBe(
      [
        "the program failed in run 2, with 1 switch and 0 cancellations: Error: overtaken",
        "    0  main starts, waits for <Task 'second' pending>",
        ">   1  second starts, waits for <Future pending>",
        "    2  first starts, waits for <Future pending>",
        "    3  future of second comes from outside",
        "    4  second goes on after <Future finished>, finished",
        "    5  main goes on after <Task 'second' finished>, waits for <Task 'first' pending>",
        "    6  future of first comes from outside",
        "    7  first goes on after <Future finished>, finished",
        "    8  main goes on after <Task 'first' finished>, failed",
        'repeat it with explore(program, { replay: "1:1" })',
      ].join("\n"),
    );
  });

  test("a program that never ends fails after a number of turns", async () => {
    const spin = body(function* () {
      for (;;) yield* awaited(sleep(0));
    });
    const error = await errorOf(explore(spin, { turns: 500 }));
    expect(String(error.cause)).toBe("Error: the program took more than 500 turns");
  });

  test("cancel: true cancels a task at any place, and never the main one", async () => {
    const places = new Set<string>();
    const seen = await explore(
      body(function* () {
        const main = currentTask() as Task<unknown>;
        let place = "not begun";
        const task = startTask(function* () {
          try {
            place = "asleep";
            yield* awaited(sleep(1));
            place = "woken";
            yield* awaited(sleep(0));
            place = "ended";
          } catch (error) {
            if (isCancelled(error)) places.add(place);
            throw error;
          }
        });
        yield* awaited(gather([task], { returnExceptions: true }));
        if (task.cancelled() && place === "not begun") places.add(place);
        if (!task.cancelled()) places.add(place);
        expect(main.cancelling()).toBe(0);
      }),
      { cancel: true, runs: 200 },
    );
    expect([...places].sort()).toEqual(["asleep", "ended", "not begun", "woken"]);
    expect(seen.outOfReach).toEqual([]);
  });

  test("exhaustive with cancel: true cancels each task at each place, and comes to an end", async () => {
    const cancelled = new Set<string>();
    const { complete, runs, orders } = await explore(
      body(function* () {
        const tasks = ["a", "b"].map((name) =>
          startTask(function* () {
            try {
              yield* awaited(sleep(1));
            } catch (error) {
              cancelled.add(name);
              throw error;
            }
          }),
        );
        yield* awaited(gather(tasks, { returnExceptions: true }));
      }),
      { strategy: "exhaustive", switches: 1, cancel: true },
    );
    expect([complete, [...cancelled].sort()]).toEqual([true, ["a", "b"]]);
    // Some find nothing to cancel.
    expect(orders).toBeGreaterThan(runs / 2);
  });

  test("a CancelledError that comes out of the program is no failure if a task was cancelled", async () => {
    const waits = body(function* () {
      yield* awaited(startTask(() => awaited(sleep(1))));
    });
    await explore(waits, { cancel: "every step" });
    const error = await errorOf(
      explore(
        body(function* () {
          const task = startTask(() => awaited(sleep(1)));
          task.cancel();
          yield* awaited(task);
        }),
      ),
    );
    expect(isCancelled(error.cause)).toBe(true);
  });

  test('cancel: "every step" cancels each task before each of its steps', async () => {
    const cancelled: string[] = [];
    const { runs, orders } = await explore(
      body(function* () {
        const tasks = ["a", "b"].map((name, delay) =>
          startTask(function* () {
            let step = 0;
            try {
              for (step = 1; step < 4; step++) yield* awaited(sleep(delay));
            } catch (error) {
              cancelled.push(`${name}${step}`);
              throw error;
            }
          }),
        );
        yield* awaited(gather(tasks, { returnExceptions: true }));
      }),
      { cancel: "every step" },
    );
    expect([...new Set(cancelled)].sort()).toEqual(["a1", "a2", "a3", "b1", "b2", "b3"]);
    expect(orders).toBe(runs);
  });

  test("what is explored must not be lost: a value that is handed to a task that is cancelled", async () => {
    // By hand what a Semaphore does, and wrong: whoever was cancelled after the hand-over keeps the permit.
    const program = body(function* () {
      let free = 1;
      const waiters: Future<void>[] = [];
      const worker = (): Task<void> =>
        startTask(function* () {
          if (free > 0) free--;
          else {
            const waiter = new Future<void>();
            waiters.push(waiter);
            yield* awaited(waiter);
            yield* awaited(sleep(0));
          }
          try {
            yield* awaited(sleep(1));
          } finally {
            const next = waiters.shift();
            if (next === undefined) free++;
            else next.setResult();
          }
        });
      yield* awaited(gather([worker(), worker()], { returnExceptions: true }));
      expect(free).toBe(1);
    });
    await explore(program);
    const error = await errorOf(explore(program, { cancel: "every step" }));
    expect([error.switches, error.cancellations]).toEqual([0, 1]);
  });
});

test("Ctrl-C ends all runs", async () => {
  let runs = 0;
  const explored = explore(async () => {
    runs++;
    process.emit("SIGINT");
    await sleep(1);
  });
  await expect(explored).rejects.toBeInstanceOf(KeyboardInterrupt);
  expect(runs).toBe(1);
});

test("tasks that wait for native promises of others are named, and waited for", async () => {
  const { outOfReach } = await explore(
    async () => {
      await createTask(async () => await new Promise((resolve) => setTimeout(resolve, 5)), { name: "slow" });
    },
    { runs: 3 },
  );
  expect(outOfReach).toContain("a native promise that slow awaited");
});

test("a timer of the test runner does not hide a deadlock, a timer of the program does", async () => {
  const ofRunner = setTimeout(() => {}, 60_000);
  const error = await errorOf(
    explore(async () => {
      await new Future<void>();
    }),
  );
  expect(error.cause).toBeInstanceOf(DeadlockError);
  clearTimeout(ofRunner);
  await explore(
    async () => {
      const future = new Future<void>();
      setTimeout(() => future.setResult(), 20);
      await future;
    },
    { runs: 2 },
  );
});

test("a native promise that never settles is a deadlock, found by hand-made wake-ups too", async () => {
  const error = await errorOf(
    explore(async (outside) => {
      const items: string[] = [];
      let wake = () => {};
      const consumer = createTask(async () => {
        if (items.length > 0) return;
        await sleep(0);
        await new Promise<void>((resolve) => (wake = resolve));
      });
      outside.call(() => {
        items.push("job");
        wake();
      });
      await consumer;
    }),
  );
  expect(error.cause).toBeInstanceOf(DeadlockError);
  expect([error.switches, error.cancellations]).toEqual([1, 0]);
});

test("the tasks of an async function that awaits native promises are still cancelled and counted", async () => {
  const seen = new Set<string>();
  const { orders } = await explore(
    async (outside) => {
      const log: string[] = [];
      const worker = (name: string) => async () => {
        await Promise.resolve();
        log.push(name);
        await outside.promise(undefined);
        log.push(name);
      };
      await gather([worker("a"), worker("b")]);
      seen.add(log.join(""));
    },
    { strategy: "exhaustive", switches: 4 },
  );
  expect([...seen].sort()).toEqual(["aabb", "abab", "abba", "baab", "baba", "bbaa"]);
  expect(orders).toBeGreaterThanOrEqual(6);
});
