import { type Coroutine, coroutine } from "@asyncio-ts/coroutine";
import { Future } from "@asyncio-ts/future";
import { waitsOutside } from "@asyncio-ts/future/lowlevel";
import {
  abortable,
  createTask,
  currentSignal,
  gather,
  run,
  sleep,
  type Task,
  TaskGroup,
} from "@asyncio-ts/task";
import { awaited, bothKinds, type Program } from "@asyncio-ts/testkit";
import { describe, expect, test } from "vitest";
import { unreachedAmong, withCancelledAwaiters } from "../src/unreached.js";

/** A native promise, and the function that settles it. */
function native(): { readonly promise: Promise<void>; readonly settle: () => void } {
  let settle!: () => void;
  const promise = new Promise<void>((resolve) => (settle = resolve));
  return { promise, settle };
}

const names = (tasks: Iterable<Task<unknown>>): string[] => Array.from(tasks, (task) => task.name);

/** A case: a program that is given something that hangs, and the tasks that are found at once, and in the end. */
interface Case {
  readonly program: (hangs: () => Coroutine<void>, promise: Promise<void>) => Program<unknown>;
  readonly found: readonly string[];
  readonly finally?: readonly string[];
}

const cases: Record<string, Case> = {
  "waits for a native promise": {
    *program(hangs) {
      yield* awaited(hangs());
    },
    found: ["outer"],
  },
  "waits for a task that does": {
    *program(hangs) {
      yield* awaited(createTask(() => hangs(), { name: "inner" }));
    },
    found: ["inner"],
  },
  "waits for a gather of tasks that do": {
    *program(_, promise) {
      yield* awaited(gather(["a", "b"].map((name) => createTask(async () => await promise, { name }))));
    },
    found: ["a", "b"],
  },
  "waits for the tasks of a group": {
    *program(hangs) {
      yield* awaited(
        new TaskGroup().with((group) => {
          group.createTask(() => hangs(), { name: "child" });
          group.createTask(() => sleep(1000), { name: "another" });
        }),
      );
    },
    found: ["child"],
  },
  "has read its signal": {
    *program(hangs) {
      currentSignal();
      yield* awaited(hangs());
    },
    found: [],
    finally: ["outer"],
  },
  "waits for an operation that ignores its signal": {
    *program(_, promise) {
      yield* awaited(abortable(() => promise));
    },
    found: [],
    finally: ["outer"],
  },
  "has read its signal, and waits for an operation that ignores that": {
    *program(_, promise) {
      currentSignal();
      yield* awaited(abortable(() => promise));
    },
    found: [],
    finally: ["outer"],
  },
  "waits for something of the library": {
    *program() {
      yield* awaited(new Future<void>());
    },
    found: [],
  },
  "cleans up": {
    *program(hangs) {
      try {
        yield* awaited(sleep(1000));
      } finally {
        yield* awaited(hangs());
      }
    },
    found: [],
  },
};

describe.each(bothKinds)("of tasks in %s", ({ body }) => {
  test.each(Object.entries(cases))("one that %s", async (_, { program, found, finally: final = found }) => {
    const { promise, settle } = native();
    // What awaits a native promise is an async function in each kind: a generator coroutine calls it.
    const hangs = coroutine(async () => await promise);
    const seen = await run(async () => {
      const task = createTask(
        body(() => program(hangs, promise)),
        { name: "outer" },
      );
      await sleep(1);
      const before = names(unreachedAmong([task], true));
      task.cancel();
      await sleep(1);
      const after = [false, true].map((isFinal) => names(unreachedAmong([task], isFinal)));
      settle();
      await task.catch(() => {});
      return [before, ...after];
    });
    expect(seen).toEqual([[], found, final]);
  });
});

test("with its awaiters, an unreached task counts those that were cancelled too", async () => {
  const { promise, settle } = native();
  const seen = await run(async () => {
    const inner = createTask(async () => await promise, { name: "inner" });
    const outer = createTask(async () => await inner, { name: "outer" });
    const other = createTask(async () => await inner.catch(() => {}), { name: "not cancelled" });
    await sleep(1);
    outer.cancel();
    await sleep(1);
    const found = names(withCancelledAwaiters(unreachedAmong([outer], true)));
    settle();
    await other;
    return found;
  });
  expect(seen).toEqual(["inner", "outer"]);
});

test("what may wake a task is asked of each thing that it waits for", async () => {
  await run(async () => {
    const futures = [new Future<void>(), new Future<void>()];
    const task = createTask(() => Promise.all(futures));
    await sleep(1);
    const asked = new Set<object>();
    expect(task[waitsOutside](asked as Set<never>)).toBe(false);
    expect(futures.map((future) => asked.has(future))).toEqual([true, true]);
    for (const future of futures) future.setResult();
    await task;
  });
});
