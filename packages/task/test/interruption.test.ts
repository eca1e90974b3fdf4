/** What follows a signal when, on virtual time. Whole programs get theirs in interrupted-programs.test.ts. */
import { Future } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import {
  abortable,
  createTask,
  currentSignal,
  currentTask,
  DeadlockError,
  gather,
  KeyboardInterrupt,
  Runner,
  sleep,
} from "@asyncio-ts/task";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { nameOf, outcomeOf, rejectionOf } from "@asyncio-ts/testkit";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

describe("after a signal, on virtual time,", () => {
  const never = (): Promise<void> => new Promise(() => {});
  /** The times of what happens, from the signal on, which is emitted at 0. */
  let events: string[];
  const note = (what: string): void => void events.push(`${what} at ${getRunningLoop().time()}`);
  const settledAfter = (time: number): Promise<void> =>
    new Promise((resolve) => getRunningLoop().callLater(time, resolve));
  const signal = (): void => void process.emit("SIGTERM");

  /** Waits until it is cancelled, and notes when that was. */
  const patient = async (): Promise<void> => {
    try {
      await sleep(60_000);
    } finally {
      note("the other task is cancelled");
    }
  };

  /** Runs main; adds what is reported, and how the run ends. */
  const interrupted = async (main: () => PromiseLike<unknown>, gracePeriod: number): Promise<void> => {
    const loop = virtualLoop({ patience: 100 });
    loop.setExceptionHandler((_loop, { message }) => events.push(`"${message}" at ${loop.time()}`));
    const { error, result } = await outcomeOf(main, { gracePeriod, loopFactory: () => loop });
    const end = error instanceof KeyboardInterrupt ? "interrupted" : result;
    events.push(`${end} at ${loop.time()}`);
  };
  const reported = (text: string, time: number, what = "a native promise"): unknown =>
    expect.stringMatching(
      new RegExp(
        `^"run\\(\\): SIGTERM can't reach <Task [^,]*>, which waits for ${what}; ${text}; .*" at ${time}$`,
      ),
    );
  const cancelledNow = "the other tasks are cancelled now, and it is given up in 1000 ms";

  // A listener of its own keeps the signal from ending the process.
  const guard = (): void => {};
  beforeEach(() => {
    events = [];
    process.on("SIGTERM", guard);
  });
  afterEach(() => {
    process.off("SIGTERM", guard);
  });

  test("a main in a native promise is found after 100 ms, and given up after the grace period", async () => {
    await interrupted(async () => {
      createTask(patient);
      await sleep(0);
      signal();
      await never();
    }, 1000);
    expect(events).toEqual([
      reported(cancelledNow, 100),
      "the other task is cancelled at 100",
      "interrupted at 1000",
    ]);
  });

  test.each([
    [150, 300],
    [350, 700],
  ])(
    "one that comes to a native promise at %i is found when it is looked for again, at %i",
    async (comes, found) => {
      await interrupted(async () => {
        createTask(patient);
        await sleep(0);
        signal();
        await abortable(() => settledAfter(comes));
        note("main goes on");
        await never();
      }, 1000);
      // Each time after which it is looked for is twice as long as the one before.
      expect(events).toEqual([
        `main goes on at ${comes}`,
        reported(cancelledNow, found),
        `the other task is cancelled at ${found}`,
        "interrupted at 1000",
      ]);
    },
  );

  test("an operation that ignores its signal is given up after the grace period", async () => {
    await interrupted(async () => {
      createTask(patient);
      await sleep(0);
      signal();
      await abortable(never);
    }, 1000);
    expect(events).toEqual([
      reported("it is given up now", 1000, "an operation that ignores its signal"),
      "the other task is cancelled at 1000",
      "interrupted at 1000",
    ]);
  });

  test("a main that was told cleans up as long as it takes", async () => {
    await interrupted(async () => {
      signal();
      try {
        await sleep(60_000);
      } finally {
        await sleep(5000);
        note("main has cleaned up");
      }
    }, 1000);
    expect(events).toEqual(["main has cleaned up at 5000", "interrupted at 5000"]);
  });

  test("one that hangs in a native promise then is reported after the grace period, and waited for", async () => {
    await interrupted(async () => {
      signal();
      try {
        await sleep(60_000);
      } finally {
        await settledAfter(5000);
        note("main has cleaned up");
      }
    }, 1000);
    expect(events).toEqual([
      expect.stringMatching(
        / was cancelled by SIGTERM and has not stopped; it waits for a native promise" at 1000$/,
      ),
      "main has cleaned up at 5000",
      "interrupted at 5000",
    ]);
  });

  test.each([
    ["it is looked for", 100, 1000],
    ["the grace period ends", 50, 50],
  ])("a main that ends in the turn before %s is left alone", async (_what, time, gracePeriod) => {
    await interrupted(async () => {
      const settled = settledAfter(time);
      signal();
      await settled;
      note("main ends");
      return "its result";
    }, gracePeriod);
    expect(events).toEqual([`main ends at ${time}`, `its result at ${time}`]);
  });

  test("a main that ends before the signal reaches it gives its value", async () => {
    await interrupted(async () => {
      getRunningLoop().callLater(10, signal);
      await sleep(10);
      return "its result";
    }, 1000);
    expect(events).toEqual(["its result at 10"]);
  });

  test("a task that was cancelled for a main that can't be reached is not cancelled again at the end", async () => {
    await interrupted(async () => {
      createTask(async () => {
        try {
          await sleep(60_000);
        } finally {
          note("the other task is cancelled");
          await sleep(5000);
          note("the other task has cleaned up");
        }
      });
      await sleep(0);
      signal();
      await never();
    }, 1000);
    expect(events).toEqual([
      reported(cancelledNow, 100),
      "the other task is cancelled at 100",
      expect.stringMatching(
        /^"<Task .*> was cancelled by run\(\) at its end and has not stopped; .*" at 2000$/,
      ),
      "the other task has cleaned up at 5100",
      "interrupted at 5100",
    ]);
  });

  test("a task that is being cancelled already is not cancelled again for a main that can't be reached", async () => {
    await interrupted(async () => {
      const other = createTask(async () => {
        try {
          await sleep(60_000);
        } finally {
          await sleep(500);
          note("the other task has cleaned up");
        }
      });
      await sleep(0);
      other.cancel();
      signal();
      await never();
    }, 1000);
    expect(events).toEqual([
      reported(cancelledNow, 100),
      "the other task has cleaned up at 500",
      "interrupted at 1000",
    ]);
  });

  test("all that can't be reached are said in one report", async () => {
    await interrupted(async () => {
      getRunningLoop().callLater(0, signal);
      await gather([() => never(), () => never()]);
    }, 1000);
    expect(events).toEqual([
      expect.stringMatching(
        /SIGTERM can't reach <Task .*>, <Task .*>, which wait for a native promise; the other .*" at 100$/,
      ),
      "interrupted at 1000",
    ]);
  });

  test("of several kinds of operation that can't be reached, the report says what is true of all", async () => {
    await interrupted(async () => {
      getRunningLoop().callLater(0, signal);
      const native = async (): Promise<void> => {
        // Whoever has the signal is given time to react.
        currentSignal();
        await never();
      };
      await gather([native, () => abortable(never)]);
    }, 1000);
    expect(events).toEqual([
      expect.stringMatching(
        / which wait for an operation that ignores its signal; it is given up now; .*" at 1000$/,
      ),
      "interrupted at 1000",
    ]);
  });

  test.each([
    ["a native promise", never],
    ["an operation that ignores its signal", () => abortable(never)],
  ])("a task that is left in %s is waited for until a signal, and then given up", async (_what, hang) => {
    await interrupted(async () => {
      createTask(hang);
      // The grace period after the end of main is over by then.
      getRunningLoop().callLater(100, () => {
        note("the signal comes");
        signal();
      });
      await sleep(1);
    }, 50);
    expect(events).toEqual([
      expect.stringMatching(/ was cancelled by run\(\) at its end and has not stopped; .*" at 51$/),
      "the signal comes at 100",
      "interrupted at 150",
    ]);
  });

  test("a main that is cancelled by somebody else too ends with a CancelledError, as in asyncio", async () => {
    const { error } = await outcomeOf(async () => {
      const main = currentTask();
      getRunningLoop().callLater(10, signal);
      getRunningLoop().callLater(10, () => main?.cancel("by somebody else"));
      await sleep(1000);
    });
    expect(nameOf(error)).toMatch(/^cancelled/);
  });

  test("a main that nothing can wake any more is a deadlock as soon as the grace period is over", async () => {
    const { error, time } = await outcomeOf(
      async () => {
        signal();
        try {
          await sleep(60_000);
        } finally {
          await new Future<void>();
        }
      },
      { gracePeriod: 200 },
    );
    expect([error instanceof DeadlockError, time]).toEqual([true, 200]);
  });

  test("nothing of an interrupted run is left when the next run of its Runner is at a deadlock", async () => {
    const loop = virtualLoop({ patience: 100 });
    const runner = new Runner({ loopFactory: () => loop });
    const first = await runner.run(async () => {
      signal();
      await sleep(1000).catch(() => {});
      return "the first goes on";
    });
    const error = await rejectionOf(runner.run(async () => await new Future<void>()));
    expect([first, error instanceof DeadlockError, loop.time()]).toEqual(["the first goes on", true, 0]);
    await runner.close();
  });

  test("after a second signal nothing listens for a third, and no job is waited for", async () => {
    await interrupted(async () => {
      const loop = getRunningLoop();
      loop.setDefaultExecutor({ submit: () => expect.unreachable(), shutdown: never });
      loop.callLater(10, signal);
      loop.callLater(20, signal);
      const listening = (): void => note(`${process.listenerCount("SIGTERM")} listening`);
      listening();
      for (let i = 0; i < 4; i++) await sleep(1000).catch(listening);
    }, 1000);
    // One of them is that of the test. The third sleep is not cancelled any more: nobody waits for main.
    expect(events).toEqual([
      "2 listening at 0",
      "2 listening at 10",
      "1 listening at 20",
      "interrupted at 20",
    ]);
  });

  test("the error of an inner run that a signal has ended is one that ends the process, also if main throws it", async () => {
    const listeners = new Set(process.listeners("uncaughtExceptionMonitor"));
    const inner = new KeyboardInterrupt("SIGTERM");
    const { error } = await outcomeOf(async () => {
      await sleep(1);
      throw inner;
    });
    expect(error).toBe(inner);
    const happened: unknown[] = [];
    const mocks = [
      vi.spyOn(process, "listenerCount").mockReturnValue(0),
      vi.spyOn(console, "error").mockImplementation((line) => void happened.push(line)),
      vi.spyOn(process, "exit").mockImplementation(((code: number) => happened.push(code)) as never),
    ];
    for (const listener of process.listeners("uncaughtExceptionMonitor")) {
      if (!listeners.has(listener) || listener.name === "uncaught") listener(inner, "uncaughtException");
    }
    for (const mock of mocks) mock.mockRestore();
    expect(happened).toEqual(["KeyboardInterrupt: interrupted by SIGTERM", 143]);
  });
});

test.each([
  ["all others", ["first", "second"]],
  ["main", ["second"]],
])(
  "tasks that will not stop are named a grace period after the end, although %s ended meanwhile",
  async (who, names) => {
    const loop = virtualLoop({ patience: 100 });
    const reports: string[] = [];
    loop.setExceptionHandler((_loop, { message }) =>
      reports.push(`${/'(.*?)'/.exec(message)?.[1]} at ${loop.time()}`),
    );
    const cleaningUp = (time: number) => async (): Promise<void> => {
      try {
        await sleep(60_000);
      } finally {
        await sleep(time);
      }
    };
    await outcomeOf(
      async () => {
        for (const name of names) createTask(cleaningUp(name === "first" ? 400 : 2000), { name });
        await sleep(0);
        if (who !== "main") return;
        // An error: main has not finished, and is cancelled with the others.
        getRunningLoop().stop();
        await cleaningUp(400)();
      },
      { gracePeriod: 1000, loopFactory: () => loop },
    );
    expect([reports, loop.time()]).toEqual([["second at 1000"], 2000]);
  },
);
