/**
 * Two copies of the library in one process, as npm installs them if two versions are needed: see those of
 * tasks. They share who is running, the values, and the numbers of variables.
 */
import * as First from "@asyncio-ts/contextvars";
import * as tasks from "@asyncio-ts/task";
import { expect, test, vi } from "vitest";

vi.resetModules();
const Second = await import("@asyncio-ts/contextvars");
const otherTasks = await import("@asyncio-ts/task");

const one = new First.ContextVar("one", { default: "default" });
const other = new Second.ContextVar("other", { default: "default" });

test("the copies are two", () => {
  expect(Second.ContextVar).not.toBe(First.ContextVar);
  expect(otherTasks.Task).not.toBe(tasks.Task);
});

test("a task of either copy has the variables of both", async () => {
  const seen: string[] = [];
  const child = async () => {
    seen.push(`${one.get()} ${other.get()}`);
    one.set("child");
    other.set("child");
    await tasks.sleep(1);
    seen.push(`${one.get()} ${other.get()}`);
  };
  for (const { createTask, run } of [tasks, otherTasks]) {
    await run(async () => {
      one.set("x");
      other.set("y");
      await tasks.createTask(child);
      await createTask(child);
      expect([one.get(), other.get()]).toEqual(["x", "y"]);
    });
  }
  expect(seen).toEqual(Array.from({ length: 4 }, () => ["x y", "child child"]).flat());
});

test("a context of one has the variables of the other, and is taken by its tasks", async () => {
  const context = new First.Context();
  context.run(() => [one.set("x"), other.set("y")]);
  expect([...context]).toEqual([one, other]);
  expect(context.get(other as never)).toBe("y");
  const task = otherTasks.createTask(async () => [one.get(), other.get()], { context });
  expect(await task).toEqual(["x", "y"]);
  const copy = context.run(() => Second.copyContext());
  expect(copy.run(() => one.get())).toBe("x");
});

test("tokens and errors are known to both", () => {
  new First.Context().run(() => {
    const token = one.set("x");
    other.set("y");
    expect(() => other.reset(token as never)).toThrow("call reset() of that variable");
    one.reset(token);
    expect(one.get()).toBe("default");
  });
  expect(new First.LookupError("x")).toBeInstanceOf(Second.LookupError);
});
