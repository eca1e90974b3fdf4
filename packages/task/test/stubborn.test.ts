import { createTask, sleep, type Task } from "@asyncio-ts/task";
import { expect, test } from "vitest";
import { reportsOf, runVirtual } from "@asyncio-ts/testkit";
import { cancellationOf } from "../src/members.js";
import { StubbornTasks } from "../src/stubborn.js";

test.each([
  [100, ["of <sleep(1000) pending>"]],
  [101, ["of <sleep(1000) pending>", "1 more task were cancelled by a test and have not stopped"]],
])("of %i tasks that do not stop, a hundred are named, each once", async (count, last) => {
  const reports = await reportsOf(async () => {
    const tasks = Array.from({ length: count }, () => createTask(() => sleep(1000)));
    await sleep(1);
    const stubborn = new StubbornTasks();
    stubborn.report(tasks, "a test");
    stubborn.report(tasks, "a test");
    expect([stubborn.knows(tasks[0] as Task<unknown>), stubborn.knows(createTask(() => sleep(0)))]).toEqual([
      true,
      false,
    ]);
    for (const task of tasks) task.cancel();
    await Promise.allSettled(tasks);
  });
  const messages = reports.map(({ message }) => message.replace(/^.* has not stopped; it waits for/, "of"));
  expect([messages.length, messages.slice(99)]).toEqual([count, last]);
});

test("a task that is watched is not reported as held up, if it was cancelled", async () => {
  await runVirtual(async () => {
    const tasks = [createTask(() => sleep(10)), createTask(() => sleep(1000))] as const;
    await sleep(1);
    tasks[1].cancel();
    expect(tasks[1][cancellationOf]()?.isReported).toBe(false);
    const stubborn = new StubbornTasks();
    for (const task of tasks) stubborn.watch(task as Task<unknown>);
    expect(tasks.map((task) => task[cancellationOf]()?.isReported)).toEqual([undefined, true]);
    await Promise.allSettled(tasks);
  });
});
