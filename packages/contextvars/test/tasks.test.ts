import { AsyncLocalStorage } from "node:async_hooks";
import { Context, ContextVar, copyContext } from "@asyncio-ts/contextvars";
import type { Steps } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import {
  allTasks,
  createTask,
  ensureFuture,
  gather,
  run,
  Runner,
  shield,
  sleep,
  TaskGroup,
  type TaskOptions,
  timeout,
  waitFor,
} from "@asyncio-ts/task";
import { allKinds, awaited, bothKinds, type Program, runVirtual } from "@asyncio-ts/testkit";
import { MessageChannel } from "node:worker_threads";
import { needing } from "@asyncio-ts/testkit/needing";
import { describe, expect, test } from "vitest";
import { virtualLoop } from "@asyncio-ts/loop/testing";

const user = new ContextVar("user", { default: "nobody" });

describe.each(allKinds)("a variable, in tasks of %s", ({ define, logOf, startTask }) => {
  test("has in a task what its maker had, and changes in each alone", async () => {
    const log = await logOf(function* (log) {
      user.set("maker");
      const task = startTask(function* () {
        log.push(`begins: ${user.get()}`);
        user.set("task");
        yield* awaited(sleep(10));
        log.push(`task: ${user.get()}`);
      });
      user.set("maker, later");
      yield* awaited(sleep(5));
      log.push(`maker: ${user.get()}`);
      yield* awaited(task);
      log.push(`maker: ${user.get()}`);
    });
    expect(log).toEqual(["begins: maker", "maker: maker, later", "task: task", "maker: maker, later"]);
  });

  test("is the same in a coroutine that the task awaits, and what that sets stays", async () => {
    const log = await logOf(function* (log) {
      const inner = define(function* () {
        log.push(`inner: ${user.get()}`);
        user.set("by inner");
        yield* awaited(sleep(1));
        log.push(`inner: ${user.get()}`);
      });
      user.set("by outer");
      yield* awaited(inner());
      log.push(`outer: ${user.get()}`);
      yield* awaited(timeout(100).with(() => inner()));
      yield* awaited(waitFor(inner(), 100));
    });
    expect(log).toEqual([
      "inner: by outer",
      "inner: by inner",
      "outer: by inner",
      "inner: by inner",
      "inner: by inner",
      "inner: by inner",
      "inner: by inner",
    ]);
  });
});

describe.each(bothKinds)("a variable, with %s", ({ body, define, logOf, runProgram, startTask }) => {
  test("keeps apart many tasks that take turns", () =>
    runProgram(function* () {
      const worker = define(function* (name: string) {
        for (let round = 0; round < 5; round++) {
          user.set(`${name}${round}`);
          yield* awaited(sleep(round % 2));
          expect(user.get()).toBe(`${name}${round}`);
        }
        return user.get();
      });
      const names = ["a", "b", "c", "d"];
      expect(yield* awaited(gather(names.map((name) => worker(name))))).toEqual(["a4", "b4", "c4", "d4"]);
      expect(user.get()).toBe("nobody");
    }));

  test("is copied by all that makes tasks: groups, gather, ensureFuture, shield", async () => {
    const log = await logOf(function* (log) {
      const show = define(function* (what: string) {
        log.push(`${what}: ${user.get()}`);
        user.set(what);
      });
      user.set("maker");
      yield* awaited(
        new TaskGroup().with(
          body(function* (group) {
            group.createTask(show("group"));
            user.set("in the group");
          }),
        ),
      );
      yield* awaited(gather([show("gather"), show("gather")]));
      yield* awaited(ensureFuture(show("ensureFuture")));
      yield* awaited(shield(show("shield")));
      log.push(`maker: ${user.get()}`);
    });
    const inGroup = "in the group";
    expect(log).toEqual([
      "group: maker",
      `gather: ${inGroup}`,
      `gather: ${inGroup}`,
      `ensureFuture: ${inGroup}`,
      `shield: ${inGroup}`,
      `maker: ${inGroup}`,
    ]);
  });

  test("in an eager task is the maker's, and its changes are not seen by the maker", async () => {
    const log = await logOf(function* (log) {
      user.set("maker");
      const task = createTask(
        body(function* () {
          log.push(`eager: ${user.get()}`);
          user.set("eager");
          yield* awaited(sleep(1));
          log.push(`eager: ${user.get()}`);
        }),
        { eagerStart: true },
      );
      log.push(`maker: ${user.get()}`);
      yield* awaited(task);
      log.push(`maker: ${user.get()}`);
    });
    expect(log).toEqual(["eager: maker", "maker: maker", "eager: eager", "maker: maker"]);
  });

  test("in a task with a given context is of that context, which is not copied", async () => {
    const log = await logOf(function* (log) {
      const context = new Context();
      context.run(() => user.set("given"));
      const show = (next: string) =>
        body(function* () {
          log.push(user.get());
          user.set(next);
          yield* awaited(sleep(1));
          expect(() => context.run(() => {})).toThrow("in which code runs already");
        });
      yield* awaited(createTask(show("first"), { context }));
      log.push(`here ${user.get()}, there ${context.get(user)}`);
      // Two tasks share one context.
      yield* awaited(
        gather([createTask(show("second"), { context }), createTask(show("third"), { context })]),
      );
      log.push(`here ${user.get()}, there ${context.get(user)}`);
      yield* awaited(
        new TaskGroup().with(
          body(function* (group) {
            group.createTask(show("fourth"), { context });
          }),
        ),
      );
      log.push(context.run(() => user.get()));
    });
    expect(log).toEqual([
      "given",
      "here nobody, there first",
      "first",
      "second",
      "here nobody, there third",
      "third",
      "fourth",
    ]);
  });

  test("in an eager task is not of a context in which code runs", async () => {
    const log = await logOf(function* (log) {
      const context = new Context();
      const begin = (what: string, options: TaskOptions = { context }) => {
        try {
          return createTask(
            body(function* () {
              log.push(`${what} begins`);
              yield* awaited(sleep(0));
            }),
            { eagerStart: true, ...options },
          );
        } catch (error) {
          log.push(`${what}: ${(error as Error).message}`);
          return sleep(0);
        }
      };
      yield* awaited(context.run(() => begin("in run")));
      yield* awaited(
        createTask(
          body(function* () {
            yield* awaited(begin("in its task"));
            yield* awaited(begin("copy", { context: context.copy() }));
            yield* awaited(
              createTask(
                body(function* () {
                  yield* awaited(begin("in an eager task of its task"));
                  yield* awaited(begin("later"));
                }),
                { eagerStart: true },
              ),
            );
          }),
          { context },
        ),
      );
      yield* awaited(begin("outside"));
      log.push(`${allTasks().size} task`);
    });
    const refused =
      "createTask() with eagerStart was given <Context without values>, in which code runs already; " +
      "give it context.copy(), or leave out eagerStart";
    expect(log).toEqual([
      `in run: ${refused}`,
      `in its task: ${refused}`,
      "copy begins",
      `in an eager task of its task: ${refused}`,
      "later begins",
      "outside begins",
      "1 task",
    ]);
  });

  test("in a task made inside Context.run is a copy of that context's", () =>
    runProgram(function* () {
      const context = new Context();
      const task = context.run(() => {
        user.set("inside");
        return startTask(function* () {
          const before = user.get();
          user.set("task");
          yield* awaited(sleep(1));
          return [before, user.get()];
        });
      });
      expect(yield* awaited(task)).toEqual(["inside", "task"]);
      expect([user.get(), context.get(user)]).toEqual(["nobody", "inside"]);
    }));

  test("refuses a token in a task that has not made it", () =>
    runProgram(function* () {
      const token = user.set("maker");
      yield* awaited(
        startTask(function* () {
          expect(() => user.reset(token)).toThrow("a token of another context");
        }),
      );
      yield* awaited(sleep(1));
      user.reset(token);
      expect(user.get()).toBe("nobody");
    }));

  test("in copyContext of a task goes on alone", () =>
    runProgram(function* () {
      user.set("before");
      const copy = copyContext();
      yield* awaited(sleep(1));
      user.set("after");
      expect(copy.run(() => user.get())).toBe("before");
      const task = createTask(
        body(function* () {
          yield* awaited(sleep(1));
          return user.get();
        }),
        { context: copy },
      );
      expect(yield* awaited(task)).toBe("before");
    }));

  test("set in a run is not seen outside of it, and one set outside is seen in it", async () => {
    const token = user.set("process");
    const main = function* (): Program<string> {
      const before = user.get();
      user.set("main");
      yield* awaited(sleep(1));
      return before;
    };
    expect(await runVirtual(body(main))).toBe("process");
    expect(user.get()).toBe("process");
    user.reset(token);
  });

  test("is shared by the runs of a Runner, unless they are given a context", async () => {
    const step = (next: string) =>
      body(function* () {
        const before = user.get();
        user.set(next);
        yield* awaited(sleep(1));
        return before;
      });
    const context = new Context();
    const runner = new Runner({ loopFactory: virtualLoop });
    const seen = [
      await runner.run(step("first")),
      await runner.run(step("given"), { context }),
      await runner.run(step("second")),
      await runner.run(step("third"), { context }),
      user.get(),
    ];
    await runner.close();
    expect(seen).toEqual(["nobody", "nobody", "first", "given", "nobody"]);
  });

  test("of a task group is seen by a task that it makes outside every task", async () => {
    const seen: string[] = [];
    await run(() =>
      new TaskGroup().with(
        body(function* (group) {
          user.set("entered");
          const made = getRunningLoop().createFuture<void>();
          outside(() => {
            group.createTask(
              body(function* () {
                seen.push(user.get());
                user.set("task");
              }),
            );
            seen.push(user.get());
            made.setResult();
          });
          yield* awaited(made);
          yield* awaited(sleep(0));
          seen.push(user.get());
        }),
      ),
    );
    expect(seen).toEqual(["nobody", "entered", "entered"]);
  });

  test(
    "and the store of a task group are seen by such a task",
    needing("view of the stores in a context"),
    async () => {
      const seen: unknown[] = [];
      const request = new AsyncLocalStorage<string>();
      const main = (): Promise<void> =>
        run(() =>
          new TaskGroup().with(
            body(function* (group) {
              user.set("entered");
              const made = getRunningLoop().createFuture<void>();
              outside(() => {
                seen.push([user.get(), request.getStore()]);
                group.createTask(
                  body(function* () {
                    seen.push([user.get(), request.getStore()]);
                  }),
                );
                made.setResult();
              });
              yield* awaited(made);
            }),
          ),
        );
      await request.run("the request", main);
      expect(seen).toEqual([
        ["nobody", undefined],
        ["entered", "the request"],
      ]);
    },
  );
});

const { port1, port2 } = new MessageChannel();
const events: (() => void)[] = [];
port1.on("message", () => events.shift()?.());
port1.unref();

/** Calls a function in an event of the runtime that no task listens for. */
function outside(fn: () => void): void {
  events.push(fn);
  port2.postMessage("");
}

test("a context is refused that is none", () => {
  const message =
    "createTask() needs a context that is a Context, such as copyContext(), got an object of class Map";
  const main = function* (): Steps<void> {};
  expect(() => createTask(main, { context: new Map() as never })).toThrow(message);
  expect(() => createTask(main, { context: null as never })).toThrow("got null");
});
