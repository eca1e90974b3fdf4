import { type Coroutine, coroutine } from "@asyncio-ts/coroutine";
import { type Awaitable, CancelledError, Future } from "@asyncio-ts/future";
import { allTasks, createTask, currentTask, gather, sleep, type Task, TaskGroup } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";
import { awaited, bothKinds, errorOf, oneIteration, type Program } from "@asyncio-ts/testkit";

const eagerly = { eagerStart: true } as const;

describe.each(bothKinds)("eager tasks of %s", ({ name, define, runProgram }) => {
  /**
   * A generator coroutine that does not suspend ends inside `createTask`; an async function in its
   * microtasks.
   */
  const endsAtOnce = name === "generator coroutines";
  const blocks = define(function* () {
    yield* awaited(sleep(100));
    return "finished after blocking";
  });

  it("the first step runs inside createTask(), up to the first suspension", () =>
    runProgram(function* () {
      const events: string[] = [];
      const task = createTask(
        define(function* () {
          events.push("first step");
          yield* oneIteration();
          events.push("second step");
          return "done";
        })(),
        eagerly,
      );
      events.push("made");
      expect(task.done()).toBe(false);
      expect(yield* awaited(task)).toBe("done");
      expect(events).toEqual(["first step", "made", "second step"]);
    }));

  it(`a body that does not suspend is done ${endsAtOnce ? "when createTask() returns" : "once its promise has settled"}`, () =>
    runProgram(function* () {
      const task = createTask(
        define(function* () {
          return "hello";
        })(),
        eagerly,
      );
      expect(task.done()).toBe(endsAtOnce);
      expect(yield* awaited(task)).toBe("hello");
      expect(task.done()).toBe(true);
    }));

  it("a future that is set in the first step is done when createTask() returns", () =>
    runProgram(function* () {
      const future = new Future<string>();
      const task = createTask(
        define(function* () {
          future.setResult("my message");
        })(),
        eagerly,
      );
      expect(task.done()).toBe(endsAtOnce);
      expect(future.done()).toBe(true);
      expect(yield* awaited(future)).toBe("my message");
    }));

  it("a body that suspends goes on as any other task", () =>
    runProgram(function* () {
      const task = createTask(blocks(), eagerly);
      expect(task.done()).toBe(false);
      expect(yield* awaited(task)).toBe("finished after blocking");
      expect(task.done()).toBe(true);
    }));

  it("a task that has not suspended is not cancelled by a cancel() that comes right after", () =>
    runProgram(function* () {
      const task = createTask(
        define(function* () {
          return "finished without blocking";
        })(),
        eagerly,
      );
      expect(task.cancel()).toBe(!endsAtOnce);
      expect(yield* awaited(task)).toBe("finished without blocking");
      expect(task.cancelled()).toBe(false);
    }));

  it("a task that has suspended in its first step can be cancelled there", () =>
    runProgram(function* () {
      const task = createTask(blocks(), eagerly);
      expect(task.cancel("cancellation message")).toBe(true);
      expect(task.cancelling()).toBe(1);
      expect(yield* errorOf(task)).toEqual(new CancelledError("cancellation message"));
      expect(task.cancelled()).toBe(true);
    }));

  it("in the first step, and after a suspension, the current task is the eager one, and then the maker again", () =>
    runProgram(function* () {
      const maker = currentTask();
      const seen: (Task<unknown> | undefined)[] = [];
      const task = createTask(
        define(function* () {
          seen.push(currentTask());
          yield* awaited(sleep(100));
          seen.push(currentTask());
        })(),
        eagerly,
      );
      expect(currentTask()).toBe(maker);
      expect(seen.length).toBe(1);
      yield* awaited(task);
      expect(seen.map((one) => one === task)).toEqual([true, true]);
      expect(currentTask()).toBe(maker);
    }));

  it("a task is among all tasks in its first step, and no more once it is done", () =>
    runProgram(function* () {
      let seen: ReadonlySet<Task<unknown>> = new Set();
      const task = createTask(
        define(function* () {
          seen = allTasks();
        })(),
        eagerly,
      );
      expect(seen.has(task)).toBe(true);
      expect(allTasks().has(task)).toBe(!endsAtOnce);
      yield* oneIteration();
      expect(allTasks().has(task)).toBe(false);
    }));

  it("a task that has suspended in its first step stays among all tasks until it is done", () =>
    runProgram(function* () {
      const [first, second] = [new Future<void>(), new Future<void>()];
      let seen: ReadonlySet<Task<unknown>> = new Set();
      const task = createTask(
        define(function* () {
          seen = allTasks();
          yield* awaited(first);
          second.setResult();
        })(),
        eagerly,
      );
      expect([seen.has(task), allTasks().has(task)]).toEqual([true, true]);
      first.setResult();
      yield* awaited(second);
      expect(allTasks().has(task)).toBe(false);
    }));

  it("a task lets go of its body as soon as it has begun", () =>
    runProgram(function* () {
      const task = createTask(blocks(), eagerly);
      expect(task.coroutine).toBeUndefined();
      yield* awaited(task);
      expect(task.coroutine).toBeUndefined();
    }));
});

describe.each(bothKinds)("the number of tasks that %s make", ({ define, runProgram }) => {
  /** Tasks without a name are numbered, so two of them tell how many were made in between. */
  const numberOf = (task: Task<unknown>): number => Number(task.name.slice("Task-".length));
  const next = (): Task<void> => createTask(coroutine(async () => {})());
  const countOf = define(function* (program: () => Awaitable<unknown>): Program<number> {
    const before = next();
    yield* awaited(program());
    const after = next();
    yield* awaited(gather([before, after]));
    return numberOf(after) - numberOf(before) - 1;
  });

  it.each([false, true])(
    "a chain of awaited coroutines makes none but the one that awaits it (eager: %j)",
    (eagerStart) =>
      runProgram(function* () {
        const chain: (depth: number) => Coroutine<number> = define(function* (
          depth: number,
        ): Program<number> {
          return depth === 0 ? 0 : 1 + (yield* awaited(chain(depth - 1)));
        });
        const depths: number[] = [];
        const count = yield* awaited(
          countOf(() => {
            const task = createTask(chain(100), { eagerStart });
            task.addDoneCallback(() => depths.push(task.result()));
            return task;
          }),
        );
        yield* oneIteration();
        expect([depths, count]).toEqual([[100], 1]);
      }),
  );

  // 1 + 5 + 25 + 125 + 625, the first being the one that is given to createTask().
  it.each([false, true])("task groups of five, four deep, make one for each (eager: %j)", (eagerStart) =>
    runProgram(function* () {
      let leaves = 0;
      const groups: (depth: number) => Coroutine<void> = define(function* (depth: number): Program<void> {
        if (depth === 0) {
          leaves++;
          return;
        }
        yield* awaited(
          new TaskGroup().with((group) => {
            for (let i = 0; i < 5; i++) group.createTask(groups(depth - 1), { eagerStart });
          }),
        );
      });
      expect(yield* awaited(countOf(() => createTask(groups(4), { eagerStart })))).toBe(781);
      expect(leaves).toBe(625);
    }),
  );

  it("gathers of five, four deep, make one for each", () =>
    runProgram(function* () {
      let leaves = 0;
      const gathers: (depth: number) => Coroutine<void> = define(function* (depth: number): Program<void> {
        if (depth === 0) leaves++;
        else yield* awaited(gather(Array.from({ length: 5 }, () => gathers(depth - 1))));
      });
      expect(yield* awaited(countOf(() => createTask(gathers(4))))).toBe(781);
      expect(leaves).toBe(625);
    }));
});
