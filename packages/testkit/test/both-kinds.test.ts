import { Future } from "@asyncio-ts/future";
import { currentTask, createTask, gather, sleep } from "@asyncio-ts/task";
import {
  allKinds,
  awaited,
  bothKinds,
  errorOf,
  nameOf,
  oneIteration,
  type Program,
  recordError,
  runVirtual,
} from "@asyncio-ts/testkit";
import { describe, expect, test } from "vitest";

/** Runs coroutines beside one another, whose events show in which turn each of them goes on. */
function eventsOf(start: (name: string, events: string[]) => () => unknown): Promise<string[]> {
  return runVirtual(async () => {
    const events: string[] = [];
    await gather(["a", "b", "c"].map((name) => createTask(start(name, events) as () => Promise<void>)));
    return events;
  });
}

function* program(name: string, events: string[]): Program<void> {
  for (let step = 0; step < 3; step++) {
    events.push(`${name}${step}`);
    yield* awaited(sleep(0));
    const finished = new Future<number>();
    finished.setResult(step);
    events.push(`${name}${yield* awaited(finished)} at once`);
  }
}

test("a program has the order of events of the same code written by hand", async () => {
  const [asyncFunctions, generatorCoroutines] = bothKinds;
  const byHand = await eventsOf((name, events) => async () => {
    for (let step = 0; step < 3; step++) {
      events.push(`${name}${step}`);
      await sleep(0);
      const finished = new Future<number>();
      finished.setResult(step);
      events.push(`${name}${await finished} at once`);
    }
  });
  for (const { body } of [asyncFunctions, generatorCoroutines]) {
    expect(await eventsOf((name, events) => body(() => program(name, events)))).toEqual(byHand);
  }
});

test("a program waits with one await, and no microtask more", async () => {
  const [asyncFunctions] = bothKinds;
  const order: string[] = [];
  const settled = Promise.resolve();
  const written = (async () => {
    for (let step = 0; step < 3; step++) {
      await settled;
      order.push("by hand");
    }
  })();
  const driven = asyncFunctions.body(function* () {
    for (let step = 0; step < 3; step++) {
      yield* awaited(settled);
      order.push("driven");
    }
  })();
  await Promise.all([written, driven]);
  expect(order).toEqual(["by hand", "driven", "by hand", "driven", "by hand", "driven"]);
});

describe.each(allKinds)("a program in %s", ({ body, define }) => {
  test("passes its arguments, returns its result, and has its name", async () => {
    const add = function* add(one: number, other: number): Program<number> {
      yield* awaited(sleep(1));
      return one + other;
    };
    expect(body(add).name).toBe("add");
    expect(await runVirtual(define(add)(2, 3))).toBe(5);
  });

  test("gets the errors of what it waits for, and may wait for a plain promise", () =>
    runVirtual(
      body(function* () {
        const broken = new RangeError("broken");
        expect(yield* errorOf(Promise.reject(broken))).toBe(broken);
        expect(yield* awaited(Promise.resolve(1))).toBe(1);
      }),
    ));

  test("throws what it throws itself, and goes through its finally blocks when it is cancelled", () =>
    runVirtual(
      body(function* () {
        const events: string[] = [];
        const task = createTask(
          define(function* () {
            try {
              currentTask()?.cancel();
              yield* awaited(sleep(1000));
            } finally {
              yield* awaited(sleep(1));
              events.push("cleaned up");
            }
          })(),
        );
        yield* errorOf(task);
        expect([task.cancelled(), ...events]).toEqual([true, "cleaned up"]);
      }),
    ));
});

describe.each(allKinds)("a program of %s", ({ startTask, inGroup, logOf, runProgram }) => {
  test("starts tasks, runs in groups, and records what fails", async () => {
    const events: unknown[] = [];
    const result = await runProgram(function* () {
      const task = startTask(() => recordError(events, sleep(1000), "task"));
      const inside = yield* awaited(
        inGroup(function* (group) {
          group.createTask(() => sleep(1));
          yield* oneIteration();
          task.cancel("stop");
          return yield* errorOf(task);
        }),
      );
      return nameOf(inside);
    });
    expect([result, events]).toEqual(["cancelled: stop", ["task cancelled: stop"]]);
  });

  test("is given a log, which is what its run returns", async () => {
    const logged = await logOf(function* (log) {
      log.push("begun");
      yield* awaited(sleep(1));
      log.push("ended");
    });
    expect(logged).toEqual(["begun", "ended"]);
  });

  test("that records the error of a wait without one fails", async () => {
    const events: unknown[] = [];
    await expect(runProgram(() => recordError(events, sleep(1)))).rejects.toThrow("ended without an error");
    expect(events).toEqual([]);
  });
});
