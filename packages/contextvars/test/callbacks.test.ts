import { Context, ContextVar } from "@asyncio-ts/contextvars";
import { Future } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, sleep, wait } from "@asyncio-ts/task";
import { awaited, bothKinds, type Program, rejectionOf } from "@asyncio-ts/testkit";
import { describe, expect, test } from "vitest";

const user = new ContextVar("user", { default: "nobody" });

describe.each(bothKinds)("a callback that %s registered", ({ body, logOf, runProgram, startTask }) => {
  test("sees the variables as they were then, and what it sets does not leak", async () => {
    const log = await logOf(function* (log) {
      const loop = getRunningLoop();
      const future = new Future<void>();
      const show = (what: string) => {
        log.push(`${what}: ${user.get()}`);
        user.set(what);
        log.push(user.get());
      };
      user.set("registered");
      loop.callSoon(show, "callSoon");
      loop.callLater(1, show, "callLater");
      loop.callAt(loop.time() + 2, show, "callAt");
      future.addDoneCallback(() => show("done"));
      user.set("later");
      yield* awaited(sleep(3));
      future.setResult();
      yield* awaited(sleep(1));
      log.push(`task: ${user.get()}`);
    });
    expect(log).toEqual([
      "callSoon: registered",
      "callSoon",
      "callLater: registered",
      "callLater",
      "callAt: registered",
      "callAt",
      "done: registered",
      "done",
      "task: later",
    ]);
  });

  test("passes its variables on to the tasks and callbacks that it makes", async () => {
    const log = await logOf(function* (log) {
      const loop = getRunningLoop();
      user.set("task");
      loop.callSoon(() => {
        user.set("callback");
        loop.callSoon(() => log.push(`inner callback: ${user.get()}`));
        startTask(function* () {
          yield* awaited(sleep(1));
          log.push(`inner task: ${user.get()}`);
        });
        new Context().run(() => log.push(`another context: ${user.get()}`));
        log.push(`callback: ${user.get()}`);
      });
      yield* awaited(sleep(5));
    });
    expect(log).toEqual([
      "another context: nobody",
      "callback: callback",
      "inner callback: callback",
      "inner task: callback",
    ]);
  });

  test("resets what it has set, and nothing that others have", () =>
    runProgram(function* () {
      const others = user.set("task");
      const called = new Future<void>();
      getRunningLoop().callSoon(() => {
        const token = user.set("callback");
        user.reset(token);
        expect(user.get()).toBe("task");
        expect(() => user.reset(others)).toThrow("a token of another context");
        called.setResult();
      });
      yield* awaited(called);
    }));

  test("of a future runs in the context that was given for it", async () => {
    const log = await logOf(function* (log) {
      const context = new Context();
      context.run(() => user.set("given"));
      const task = createTask(() => sleep(1));
      task.addDoneCallback(
        () => {
          log.push(user.get());
          user.set("changed");
          expect(() => context.run(() => {})).toThrow("in which code runs already");
        },
        { context },
      );
      task.addDoneCallback(() => log.push(user.get(), context.get(user, "")));
      yield* awaited(task);
      yield* awaited(sleep(0));
      log.push(user.get());
    });
    expect(log).toEqual(["given", "nobody", "changed", "nobody"]);
  });

  test("that throws is reported in its own context", async () => {
    const log = await logOf(function* (log) {
      const loop = getRunningLoop();
      const handler = loop.getExceptionHandler();
      loop.setExceptionHandler((_loop, { exception }) => log.push(`${String(exception)}: ${user.get()}`));
      user.set("registered");
      loop.callSoon(() => {
        user.set("callback");
        throw new Error("thrown");
      });
      user.set("later");
      yield* awaited(sleep(0));
      loop.setExceptionHandler(handler);
    });
    expect(log).toEqual(["Error: thrown: callback"]);
  });

  test("that handles the error of a task sees the variables of the task", async () => {
    const log = await logOf(function* (log) {
      const loop = getRunningLoop();
      const handler = loop.getExceptionHandler();
      loop.setExceptionHandler((_loop, { exception }) => log.push(`${String(exception)}: ${user.get()}`));
      const fail = body(function* (): Program<void> {
        user.set("task");
        yield* awaited(sleep(0));
        throw new Error("thrown");
      });
      user.set("maker");
      createTask(fail);
      yield* awaited(sleep(2000));
      const future = createTask(fail);
      yield* awaited(wait([future]));
      loop.callExceptionHandler({ message: "", exception: future.exception(), future });
      loop.callExceptionHandler({ message: "", exception: "without a task" });
      future.addDoneCallback(() => {
        throw new Error("in a callback");
      });
      future.addDoneCallback(async () => {
        await Promise.resolve();
        throw new Error("in an async callback");
      });
      yield* awaited(sleep(0));
      loop.setExceptionHandler(handler);
    });
    expect(log).toEqual([
      "Error: thrown: task",
      "Error: thrown: task",
      "without a task: maker",
      "Error: in a callback: maker",
      "Error: in an async callback: maker",
    ]);
  });

  test("given to then() runs in the task itself", () =>
    runProgram(function* () {
      user.set("task");
      const future = new Future<void>();
      const seen = future.then(() => [user.get(), user.set("handler").oldValue]);
      future.setResult();
      expect(yield* awaited(seen)).toEqual(["task", "task"]);
      expect(user.get()).toBe("handler");
    }));

  test("of a signal has one context for all its calls", () =>
    runProgram(function* () {
      const loop = getRunningLoop();
      const signals = new Future<string[]>();
      const seen: string[] = [];
      user.set("registered");
      loop.addSignalHandler("SIGUSR2", () => {
        if (seen.push(user.get()) === 2) signals.setResult(seen);
        else {
          user.set("handled once");
          process.kill(process.pid, "SIGUSR2");
        }
      });
      user.set("later");
      process.kill(process.pid, "SIGUSR2");
      expect(yield* awaited(signals)).toEqual(["registered", "handled once"]);
      loop.removeSignalHandler("SIGUSR2");
      expect(user.get()).toBe("later");
      yield* awaited(createTask(body(function* () {})));
    }));
});

test("a done callback refuses a context that is none", async () => {
  const message =
    "addDoneCallback() needs a context that is a Context, such as copyContext(), got an object of class Map";
  const future = new Future<void>();
  expect(() => future.addDoneCallback(() => {}, { context: new Map() as never })).toThrow(message);
  expect(() => future.addDoneCallback(() => {}, null as never)).toThrow(TypeError);
  future.cancel();
  await rejectionOf(future);
});
