// In this file no variable has been set when the tests begin, and each but the last one sets none of its own
// outside a context.
import { Context, ContextVar } from "@asyncio-ts/contextvars";
import { slot } from "@asyncio-ts/future/internal";
import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, sleep } from "@asyncio-ts/task";
import { runVirtual } from "@asyncio-ts/testkit";
import { expect, test } from "vitest";

test("tasks, callbacks and the process that were there before the first set have copied nothing", async () => {
  const user = new ContextVar("user", { default: "nobody" });
  const seen: string[] = [];
  await runVirtual(async () => {
    const loop = getRunningLoop();
    const show = (what: string) => {
      seen.push(`${what}: ${user.get()}`);
      user.set(what);
      seen.push(user.get());
    };
    const task = createTask(async () => {
      await sleep(1);
      show("task");
      await sleep(2);
      seen.push(`task again: ${user.get()}`);
    });
    // The first one to set a variable, of all.
    loop.callSoon(show, "callback");
    loop.callSoon(show, "second callback");
    expect(slot.variables).toBeUndefined();
    await sleep(0);
    expect(slot.variables).toBeDefined();
    expect(user.get()).toBe("nobody");
    user.set("main");
    await task;
    expect(user.get()).toBe("main");
  });
  expect(user.get()).toBe("nobody");
  expect(seen).toEqual([
    "callback: nobody",
    "callback",
    "second callback: nobody",
    "second callback",
    "task: nobody",
    "task",
    "task again: task",
  ]);
});

test("the process has one context outside every task and callback", () => {
  const user = new ContextVar("user", { default: "nobody" });
  const token = user.set("process");
  expect(new Context().run(() => user.get())).toBe("nobody");
  expect(user.get()).toBe("process");
  user.reset(token);
  expect(user.get()).toBe("nobody");
});
