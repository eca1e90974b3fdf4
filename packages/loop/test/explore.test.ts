/** What `explore` does with callbacks alone; `packages/task/test/explorer.test.ts` has programs of tasks. */
import { slot } from "@asyncio-ts/future/internal";
import { type EventLoop, getRunningLoop } from "@asyncio-ts/loop";
import { ExplorationError, explore, type ExploreOptions, type Outside } from "@asyncio-ts/loop/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

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

  test("throws for a program that fails in some order, with the cause and what repeats it", async () => {
    const cause = new Error("in this order");
    const main = async () => {
      if ((await three()) === "cba") throw cause;
    };
    const error = await errorOf(explore(main));
    expect([error.cause, error.switches, error.cancellations]).toEqual([cause, 2, 0]);
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

  test("names what it can't choose", async () => {
    const { outOfReach } = await explore(() => new Promise((resolve) => setTimeout(resolve, 5)), { runs: 2 });
    expect(outOfReach).toEqual(["what woke the program from outside"]);
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
  ])("refuses %o", async (options, message) => {
    await expect(explore(() => {}, options as ExploreOptions)).rejects.toThrow(message);
  });
});
