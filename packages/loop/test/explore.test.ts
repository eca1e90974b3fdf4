/** What `explore` does with callbacks alone; `packages/task/test/explorer.test.ts` has programs of tasks. */
import { slot } from "@asyncio-ts/future/internal";
import { type EventLoop, getRunningLoop } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import { ExplorationError, explore, type ExploreOptions, type Outside } from "@asyncio-ts/loop/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { StepTask } from "./step-task.js";

const { runProgram } = slot;

// Runs a program in the only callback of a loop, as the package that has tasks would in a task.
beforeEach(() => {
  slot.runProgram = async (main, loopFactory) => {
    const loop = loopFactory() as EventLoop;
    const future = loop.createFuture<unknown>();
    loop.callSoon(async () => {
      try {
        future.setResult(await (main as () => unknown)());
      } catch (error) {
        future.setException(error as Error);
      }
    });
    await loop.runUntilComplete(future);
  };
});

afterEach(() => {
  slot.runProgram = runProgram;
});

/** Three callbacks, and a promise of the order in which they ran. */
function three(loop: EventLoop = getRunningLoop()): Promise<string> {
  let order = "";
  for (const name of ["a", "b", "c"]) loop.callSoon(() => (order += name));
  return new Promise((resolve) => {
    loop.callLater(1, () => resolve(order));
  });
}

/** The orders of three callbacks, one for each run. */
async function ordersOf(options: ExploreOptions): Promise<string[]> {
  const orders: string[] = [];
  await explore(async () => void orders.push(await three()), options);
  return orders;
}

async function errorOf(promise: Promise<unknown>): Promise<ExplorationError> {
  const error = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(ExplorationError);
  return error as ExplorationError;
}

const all = ["abc", "acb", "bac", "bca", "cab", "cba"];

describe("explore", () => {
  test.each(["random", "pct", "exhaustive"] as const)("tries every order, by %s", async (strategy) => {
    const orders = await ordersOf({ strategy, runs: 100 });
    expect([...new Set(orders)].sort()).toEqual(all);
  });

  test("tries every order of timers that tie, or nearly do", async () => {
    const orders = new Set<string>();
    const main = () =>
      new Promise<void>((resolve) => {
        let order = "";
        const note = (name: string) => (): void => {
          order += name;
          if (order.length < 3) return;
          orders.add(order);
          resolve();
        };
        const loop = getRunningLoop();
        loop.callLater(10, note("a"));
        loop.callLater(10, note("b"));
        loop.callLater(10.5, note("c"));
      });
    await explore(main, { strategy: "exhaustive", switches: Infinity });
    expect([...orders].sort()).toEqual(all);
  });

  test("tells how many runs and orders there were, and if these were all", async () => {
    const nothingFound = { runs: 50, orders: 6, complete: false, outOfReach: [] };
    const seen = (options: ExploreOptions) => explore(() => three(), options);
    expect(await seen({ strategy: "random", runs: 50 })).toEqual(nothingFound);
    expect(await seen({ strategy: "exhaustive" })).toMatchObject({ runs: 6, orders: 6, complete: true });
    expect(await seen({ strategy: "exhaustive", switches: 1 })).toMatchObject({ orders: 4, complete: true });
    expect(await seen({ strategy: "exhaustive", runs: 3 })).toMatchObject({ runs: 3, complete: false });
  });

  test("gives the same orders for a seed, and continues the sequence from one in the middle", async () => {
    const strategy = "random";
    const first = await ordersOf({ strategy, runs: 20, seed: 7 });
    expect(await ordersOf({ strategy, runs: 20, seed: 7 })).toEqual(first);
    expect(await ordersOf({ strategy, runs: 1, seed: 12 })).toEqual([first[5]]);
  });

  test("has orders of its own for each strategy", async () => {
    const orders = (strategy: "random" | "pct") => ordersOf({ strategy, runs: 30, seed: 7 });
    // The first of these only measures.
    expect((await orders("pct")).slice(1)).not.toEqual(await orders("random"));
  });

  test("throws for a program that fails in some order, with the cause and what repeats it", async () => {
    const cause = new Error("in this order");
    const main = async () => {
      if ((await three()) === "cba") throw cause;
    };
    const error = await errorOf(explore(main));
    expect([error.cause, error.switches, error.cancellations]).toEqual([cause, 2, 0]);
    expect(error.message).toMatch(/^the program failed in run \d+, with 2 switches/);
    expect(error.message).toContain(`with 2 switches and 0 cancellations: Error: in this order\n`);
    expect(error.message).toContain(`explore(program, { replay: "${error.replay}" })`);
    const again = await errorOf(explore(main, { replay: error.replay }));
    expect([again.cause, again.runs, again.steps]).toEqual([cause, 1, error.steps]);
    expect(await explore(main, { replay: "" })).toMatchObject({ runs: 1 });
  });

  test("shrinks within a budget", async () => {
    const main = async () => {
      if ((await three()).startsWith("c")) throw new Error("c was first");
    };
    const found = await errorOf(explore(main, { strategy: "random", seed: 5, shrink: 0 }));
    const shrunk = await errorOf(explore(main, { strategy: "random", seed: 5 }));
    expect([found.switches, shrunk.switches]).toEqual([2, 1]);
  });

  test("says so when a failure can't be repeated", async () => {
    let runs = 0;
    const error = await errorOf(
      explore(async () => {
        await three();
        if (++runs === 5) throw new Error("only once");
      }),
    );
    expect(error.message).toContain("in run 5, and not when it was repeated");
    expect(String(error.cause)).toBe("Error: only once");
  });

  test("takes what is reported to the exception handler for a failure", async () => {
    const cause = new Error("in a callback");
    const main = () => {
      getRunningLoop().callSoon(() => {
        throw cause;
      });
      return three();
    };
    const error = await errorOf(explore(main));
    expect(String(error.cause)).toMatch(/the program was reported: .*threw an error$/);
    expect((error.cause as Error).cause).toBe(cause);
    // Unless the program has a handler of its own.
    await explore(() => {
      getRunningLoop().setExceptionHandler(() => {});
      return main();
    });
  });

  test("gives a program the events of the world outside", async () => {
    const orders = new Set<string>();
    const main = async (outside: Outside) => {
      let order = "";
      const loop = getRunningLoop();
      outside.call(() => (order += "x"));
      loop.callSoon(() => (order += "a"));
      const promised = await outside.promise("p");
      order += promised;
      await three(loop);
      orders.add(order);
    };
    await explore(main);
    expect([...orders].sort()).toEqual(["ap", "apx", "axp", "pa", "pax", "pxa", "xap", "xpa"]);
  });

  test("counts the run by which it measures, which may be the one that fails", async () => {
    const seen: string[] = [];
    const main = async () => void seen.push(await three());
    expect(await explore(main, { runs: 5 })).toMatchObject({ runs: 6 });
    expect(seen[0]).toBe("abc");
    expect(await explore(main, { runs: 5, strategy: "random" })).toMatchObject({ runs: 5 });
    expect(await explore(main, { runs: 5, strategy: "random", cancel: true })).toMatchObject({ runs: 6 });
    expect(await explore(main, { cancel: "every step" })).toMatchObject({ runs: 1 });
    const error = await errorOf(explore(() => Promise.reject(new Error("always"))));
    expect([error.runs, error.replay, error.switches]).toEqual([1, "", 0]);
  });

  test("passes on a KeyboardInterrupt, which is meant for all runs", async () => {
    const interrupt = Object.assign(new Error("Ctrl-C"), { name: "KeyboardInterrupt" });
    let runs = 0;
    const main = async (): Promise<void> => {
      runs++;
      throw interrupt;
    };
    await expect(explore(main)).rejects.toBe(interrupt);
    expect(runs).toBe(1);
  });

  test("says that a run that is repeated has failed again, and nothing of others", async () => {
    let runs = 0;
    const error = await errorOf(
      explore(
        async () => {
          runs++;
          throw new Error("always");
        },
        { replay: "3:1" },
      ),
    );
    expect(error.message).toMatch(/^the program failed again, with 0 switches/);
    expect([runs, error.runs]).toEqual([2, 1]);
    expect(await explore(() => three(), { replay: "0:1" })).toMatchObject({ runs: 1, complete: false });
  });

  test("names what it can't choose", async () => {
    const { outOfReach } = await explore(() => new Promise((resolve) => setTimeout(resolve, 5)), { runs: 2 });
    expect(outOfReach).toEqual(["what woke the program from outside"]);
  });

  test("needs a program that is a function", async () => {
    await expect(explore(1 as never)).rejects.toThrow(/^explore\(\) needs a function, got 1/);
  });

  test("names the package that it needs", async () => {
    slot.runProgram = undefined;
    await expect(explore(() => {})).rejects.toThrow("explore() runs tasks; import @asyncio-ts/task first");
  });

  test.each<[unknown, string]>([
    [{ strategy: "luck" }, 'explore() needs strategy to be one of "random", "pct", "exhaustive", got "luck"'],
    [{ cancel: "all" }, 'explore() needs cancel to be one of false, true, "every step", got "all"'],
    [{ runs: 0 }, "explore() needs runs to be a whole number, 1 or more, got 0"],
    [{ seed: 1.5 }, "explore() needs seed to be a whole number, got 1.5"],
    [{ depth: 0 }, "explore() needs depth to be a whole number, 1 or more, got 0"],
    [{ switches: -1 }, "explore() needs switches to be a whole number, 0 or more, got -1"],
    [{ turns: 0 }, "explore() needs turns to be a whole number, 1 or more, got 0"],
    [{ shrink: -1 }, "explore() needs shrink to be a whole number, 0 or more, got -1"],
    [{ jitter: -1 }, "explore() needs jitter to be a number of milliseconds, got -1"],
    [{ patience: NaN }, "explore() needs patience to be a number of milliseconds, got NaN"],
    [{ replay: "1" }, 'explore() needs replay as an ExplorationError has it, got "1"'],
    [{ replay: 1 }, "explore() needs replay as an ExplorationError has it, got 1"],
    [{ equalStates: 1, strategy: "exhaustive" }, "explore() needs equalStates to be a function, got 1"],
    [{ equalStates: () => "" }, 'write strategy: "exhaustive" beside equalStates'],
    [{ runs: 2 ** 60 }, `explore() needs runs to be a whole number, 1 or more, got ${2 ** 60}`],
    [{ runs: "5" }, 'explore() needs runs to be a whole number, 1 or more, got "5"'],
    [{ jitter: "1" }, 'explore() needs jitter to be a number of milliseconds, got "1"'],
    [5, "explore() takes its options as an object"],
  ])("refuses %o", async (options, message) => {
    await expect(explore(() => {}, options as ExploreOptions)).rejects.toThrow(message);
  });
});

describe("explore, of a program with tasks,", () => {
  /** Two tasks beside the main one, each of which takes two steps; logs what each run did. */
  function program(logs: string[]) {
    return async (): Promise<void> => {
      const loop = getRunningLoop();
      const { scheduler } = partsOf(loop);
      const log: string[] = [];
      const ended = loop.createFuture<void>();
      const tasks = ["main", "a", "b"].map((name) => new StepTask(name));
      let left = 4;
      for (const task of tasks) {
        task.cancel = () => {
          log.push(`x${task.name}`);
          return true;
        };
        const step = (): void => {
          log.push(task.name);
          if (--left === 0) ended.setResult();
        };
        if (task.name === "main") task.step(scheduler, () => log.push("main"));
        else {
          const last = (): void => {
            step();
            task.state = "finished";
          };
          task.step(scheduler, () => {
            step();
            task.step(scheduler, last);
          });
        }
      }
      await new Promise<void>((resolve) => ended.addDoneCallback(() => resolve()));
      logs.push(log.join(" "));
    };
  }

  test("cancels each task before each of its steps, in the loop's own order", async () => {
    const logs: string[] = [];
    const found = await explore(program(logs), { cancel: "every step" });
    expect(logs).toEqual([
      "main a b a b",
      "main xa a b a b",
      "main a xb b a b",
      "main a xa b a b",
      "main a b xa a b",
      "main a b xb a b",
      "main a b a xb b",
    ]);
    expect(found).toMatchObject({ runs: 7, complete: false });
  });

  test("does so in more orders, if it is told to", async () => {
    const logs: string[] = [];
    await explore(program(logs), { cancel: "every step", runs: 3, seed: 4, strategy: "random" });
    const orders = logs.filter((log) => !log.includes("x"));
    expect([orders.length, new Set(orders).size]).toEqual([3, 3]);
    expect(logs.length).toBeGreaterThan(15);
  });

  test("cancels a random task in a random turn, and the main one never", async () => {
    const logs: string[] = [];
    await explore(program(logs), { cancel: true, runs: 60 });
    const cancelled = logs.map((log) => log.match(/x\w+/g)?.join() ?? "none");
    expect(new Set(cancelled)).toEqual(new Set(["none", "xa", "xb"]));
    // The first run only measures.
    expect([logs.length, cancelled[0]]).toEqual([61, "none"]);
  });

  test("cancels each task at each place, once in a run, if it tries all orders", async () => {
    const logs: string[] = [];
    const found = await explore(program(logs), { strategy: "exhaustive", cancel: true, switches: 0 });
    expect(new Set(logs).size).toBe(7);
    expect(found.complete).toBe(true);
  });

  test("leaves out what follows equal states, if it is told what the tasks share", async () => {
    const runs = async (options: ExploreOptions): Promise<number> => {
      const found = await explore(program([]), { strategy: "exhaustive", switches: Infinity, ...options });
      expect(found.complete).toBe(true);
      return found.runs;
    };
    const all = await runs({});
    const different = await runs({ equalStates: () => "" });
    expect(different).toBeLessThan(all);
    let count = 0;
    expect(await runs({ equalStates: () => String(count++) })).toBe(all);
  });

  test("tells states apart by the order of what is ready, unless all orders are tried", async () => {
    const runs = async (switches: number): Promise<number> => {
      const options = { strategy: "exhaustive", switches, equalStates: () => "" } as const;
      return (await explore(program([]), options)).runs;
    };
    // No run has so many turns.
    expect(await runs(100)).toBeGreaterThan(await runs(Infinity));
  });

  test("tells no states apart by who has stepped last, if it cancels nothing", async () => {
    const main = () =>
      new Promise<void>((resolve) => {
        const { scheduler } = partsOf(getRunningLoop());
        let left = 4;
        const step = (): void => void (--left === 0 && resolve());
        for (const name of ["main", "a", "b", "c"]) new StepTask(name).step(scheduler, step);
      });
    const options = { strategy: "exhaustive", switches: Infinity } as const;
    expect(await explore(main, options)).toMatchObject({ runs: 24 });
    // There is one state for those that have stepped, and one run more for each other task that may be next.
    expect(await explore(main, { ...options, equalStates: () => "" })).toMatchObject({
      runs: 1 + 3 + 4 * 2 + 6 * 1,
    });
  });

  test("cancels a task that has just begun to wait, also where equal states are left out", async () => {
    const cancelled = new Set<string>();
    const main = () =>
      new Promise<void>((resolve) => {
        const loop = getRunningLoop();
        const { scheduler } = partsOf(loop);
        const waiting: string[] = [];
        const tasks = ["main", "a", "b"].map((name) => new StepTask(name));
        for (const task of tasks) {
          task.cancel = () => Boolean(cancelled.add(`${task.name}, with ${[...waiting].sort().join()}`));
          task.step(scheduler, () => waiting.push(task.name));
        }
        loop.callLater(1, resolve);
      });
    const options = { strategy: "exhaustive", switches: Infinity, cancel: true } as const;
    await explore(main, { ...options, equalStates: () => "" });
    expect([...cancelled]).toContain("a, with a,b,main");
    expect([...cancelled]).toContain("b, with a,b,main");
  });

  test("cancels nothing if it is not told to", async () => {
    const logs: string[] = [];
    await explore(program(logs), { strategy: "exhaustive", switches: 1 });
    expect(logs.filter((log) => log.includes("x"))).toEqual([]);
  });

  test("fails if it can't be told what the tasks share", async () => {
    const cause = new Error("not told");
    const equalStates = (): string => {
      throw cause;
    };
    const error = await errorOf(explore(program([]), { strategy: "exhaustive", equalStates }));
    expect(error.cause).toBe(cause);
  });

  test("tells the steps of the run that failed", async () => {
    const main = async (): Promise<void> => {
      const logs: string[] = [];
      await program(logs)();
      if (logs[0]?.startsWith("main b")) throw new Error("b came first");
    };
    const error = await errorOf(explore(main, { strategy: "exhaustive" }));
    expect(error.replay).toBe("2:1");
    expect(error.steps.slice(0, 3)).toEqual([
      "    0  callback runs",
      "    1  main goes on, waits for ",
      ">   2  b goes on, waits for ",
    ]);
  });
});
