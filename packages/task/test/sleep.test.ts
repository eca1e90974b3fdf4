import { coroutine, isCoroutine } from "@asyncio-ts/coroutine";
import { getRunningLoop } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import { createTask, gather, run, sleep } from "@asyncio-ts/task";
import { describe, expect, expectTypeOf, test } from "vitest";
import { awaited, bothKinds, errorOf, nameOf, outcomeOf, runVirtual } from "@asyncio-ts/testkit";

describe.each(bothKinds)("sleep() in %s", ({ body, startTask, runProgram }) => {
  test("suspends for so many milliseconds, and gives the result", async () => {
    const main = body(function* () {
      const nothing = yield* awaited(sleep(10));
      const result = yield* awaited(sleep(5, "rested"));
      return [nothing, result, getRunningLoop().time()];
    });
    expect(await runVirtual(main)).toEqual([undefined, "rested", 15]);
  });

  test("wakes by deadline, and those of one deadline in the order in which they began", async () => {
    const events: string[] = [];
    const sleeper = (name: string, delay: number) =>
      body(function* () {
        yield* awaited(sleep(delay));
        events.push(`${name} at ${getRunningLoop().time()}`);
      });
    await runProgram(function* () {
      yield* awaited(gather([sleeper("a", 30), sleeper("b", 10), sleeper("c", 20), sleeper("d", 10)]));
    });
    expect(events).toEqual(["b at 10", "d at 10", "c at 20", "a at 30"]);
  });

  test.each([0, -1, -Infinity])("sleep(%d) suspends for exactly one iteration", async (delay) => {
    const events: string[] = [];
    await runProgram(function* () {
      const loop = getRunningLoop();
      loop.callSoon(() => {
        events.push("ready before");
        loop.callSoon(() => events.push("ready one iteration later"));
      });
      yield* awaited(sleep(delay));
      events.push(`awake at ${loop.time()}`);
      yield* awaited(sleep(delay));
    });
    expect(events).toEqual(["ready before", "awake at 0", "ready one iteration later"]);
  });

  test("cancelled, it takes its timer back", async () => {
    const main = body(function* () {
      const task = startTask(function* () {
        yield* awaited(sleep(1_000_000));
      });
      const { scheduler } = partsOf(getRunningLoop());
      const timers = (): unknown => Reflect.get(Reflect.get(scheduler, "timers") as object, "size");
      yield* awaited(sleep(1));
      const before = timers();
      task.cancel();
      const after = timers();
      yield* errorOf(task);
      yield* awaited(sleep(10));
      return [before, after, getRunningLoop().time()];
    });
    expect(await runVirtual(main)).toEqual([1, 0, 11]);
  });

  test("cancelled in the iteration in which it was due, it is cancelled once and finished never", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      getRunningLoop().callLater(10, () => task.cancel());
      const task = startTask(function* () {
        try {
          yield* awaited(sleep(10));
          events.push("woke");
        } catch (error) {
          events.push(nameOf(error));
        }
        yield* awaited(sleep(10));
        events.push("slept again");
      });
      yield* awaited(task);
    });
    expect(events).toEqual(["cancelled", "slept again"]);
  });

  test("cancelled when it is over, before its task goes on, it keeps its result, and the next wait is cancelled", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const task = startTask(function* () {
        events.push(yield* awaited(sleep(10, "rested")));
        events.push(nameOf(yield* errorOf(sleep(1000))));
        return getRunningLoop().time();
      });
      yield* awaited(sleep(0));
      getRunningLoop().callLater(10, () => task.cancel());
      events.push(`ends at ${yield* awaited(task)}`);
    });
    expect(events).toEqual(["rested", "cancelled", "ends at 10"]);
  });

  test("sleep(Infinity) sleeps until it is cancelled", async () => {
    const main = body(function* () {
      const task = createTask(() => sleep(Infinity));
      yield* awaited(sleep(1e12));
      task.cancel();
      yield* awaited(sleep(0));
      yield* awaited(sleep(0));
      return String(task.cancelled());
    });
    expect(await runVirtual(main)).toBe("true");
  });
});

describe("sleep()", () => {
  test("is a coroutine: nothing happens until it is awaited", async () => {
    await runVirtual(async () => {
      const sleeping = sleep(10);
      expect([isCoroutine(sleeping), String(sleeping)]).toEqual([true, "<Coroutine sleep>"]);
      await sleep(100);
      await sleeping;
      expect(getRunningLoop().time()).toBe(110);
    });
  });

  test("can be awaited once", async () => {
    await runVirtual(async () => {
      const sleeping = sleep(1);
      await sleeping;
      await expect((async () => await sleeping)()).rejects.toThrow(
        /sleep.* was awaited, or made a task, before; call its function again/,
      );
      await expect(
        coroutine(function* () {
          yield* sleeping;
        })(),
      ).rejects.toThrow(/sleep.* was awaited, or made a task, before; call its function again/);
      expect(() => createTask(sleeping)).toThrow(
        /sleep.* was awaited, or made a task, before; call its function again/,
      );
    });
  });

  test.each([
    ["nothing", undefined, "undefined"],
    ["a string", "1", '"1"'],
    ["NaN", NaN, "NaN"],
    ["null", null, "null"],
  ])("refuses %s as a delay, at once, and names the unit", (_, delay, name) => {
    expect(() => sleep(delay as unknown as number)).toThrow(
      new TypeError(`sleep() needs a number of milliseconds, got ${name}`),
    );
  });

  test("tasks that spin with sleep(0) don't keep the runtime from its own work", async () => {
    let rounds = 0;
    const seen = { immediate: false, timer: false };
    setImmediate(() => (seen.immediate = true));
    const spin = async (): Promise<void> => {
      while (!seen.immediate && rounds < 10_000_000) {
        rounds++;
        await sleep(0);
      }
    };
    const spinSteps = function* () {
      while (!seen.immediate && rounds < 10_000_000) {
        rounds++;
        yield* sleep(0);
      }
    };
    await runVirtual(async () => gather([spin, spinSteps, spin]));
    expect(seen.immediate).toBe(true);
    setTimeout(() => (seen.timer = true), 0);
    await run(function* () {
      while (!seen.timer && rounds < 100_000_000) {
        rounds++;
        yield* sleep(0);
      }
    });
    expect(seen.timer).toBe(true);
  });

  test("its type is that of the result", () => {
    expectTypeOf(sleep(1, "x")).resolves.toEqualTypeOf<string>();
    expectTypeOf(sleep(1)).resolves.toEqualTypeOf<void>();
  });
});

test("a sleep says in debug output what has become of it", async () => {
  await runVirtual(async () => {
    const sleeps = [sleep(1), sleep(1000), sleep(5000)];
    const [first, second, third] = sleeps.map((each) => createTask(async () => await each));
    const before = sleeps.map(String);
    await sleep(0);
    await sleep(10);
    second?.cancel();
    expect([before, sleeps.map(String)]).toEqual([
      ["<Coroutine sleep>", "<Coroutine sleep>", "<Coroutine sleep>"],
      ["<sleep(1) finished>", "<sleep(1000) cancelled>", "<sleep(5000) pending>"],
    ]);
    third?.cancel();
    await Promise.allSettled([first, second, third]);
  });
});

test("a sleep that is yielded without a star is refused, and says so", async () => {
  for (const delay of [0, 10]) {
    const refused = await outcomeOf(function* (): Generator<never, void> {
      yield sleep(delay) as never;
    });
    expect(nameOf(refused.error)).toMatch(/^TypeError: .*yield\*/);
  }
});
