import { virtualLoop } from "@asyncio-ts/loop/testing";
import { Task } from "@asyncio-ts/task";
import { describe, expect, test } from "vitest";
import { LiveTasks } from "../src/live-tasks.js";

describe("LiveTasks", () => {
  const loop = virtualLoop();
  const make = (on = loop): Task<unknown> => new Task<unknown>(() => 1, on);
  /** Tasks stand in one list only: the library's own must not hold them. */
  const fresh = (task: Task<unknown>): Task<unknown> => {
    task.previous = task.next = undefined;
    return task;
  };

  const namesOf = (tasks: Iterable<Task<unknown>>): string[] => [...tasks].map((task) => task.name);

  test("gives the tasks of a loop in the order in which they were added, whichever were taken out", () => {
    const orders = [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [1, 3, 0, 2],
      [2, 0, 3, 1],
    ];
    for (const order of orders) {
      const live = new LiveTasks<Task<unknown>>();
      const tasks = [make(), make(), make(), make()].map(fresh);
      for (const task of tasks) live.add(task);
      const left = new Set(tasks);
      for (const index of order) {
        const task = tasks[index] as Task<unknown>;
        live.delete(task);
        left.delete(task);
        expect(namesOf(live.of(loop))).toEqual(namesOf(left));
        expect([typeof task.previous, typeof task.next]).toEqual(["undefined", "undefined"]);
      }
    }
  });

  test("taking one out that is not in it changes nothing", () => {
    const live = new LiveTasks<Task<unknown>>();
    const [first, second, third] = [make(), make(), make()].map(fresh) as [
      Task<unknown>,
      Task<unknown>,
      Task<unknown>,
    ];
    live.add(first);
    live.add(second);
    live.delete(third);
    live.delete(second);
    live.delete(second);
    expect(namesOf(live.of(loop))).toEqual([first.name]);
    live.add(third);
    live.delete(first);
    live.delete(first);
    expect(namesOf(live.of(loop))).toEqual([third.name]);
  });

  test("does not mix up loops", () => {
    const other = virtualLoop();
    const live = new LiveTasks<Task<unknown>>();
    const mine = fresh(make());
    const theirs = fresh(make(other));
    live.add(mine);
    live.add(theirs);
    expect([[...live.of(loop)].length, live.of(loop).has(mine), live.of(other).has(theirs)]).toEqual([
      1,
      true,
      true,
    ]);
  });

  test("a task that was taken out can be added again, at the end", () => {
    const live = new LiveTasks<Task<unknown>>();
    const [first, second] = [fresh(make()), fresh(make())];
    live.add(first);
    live.add(second);
    live.delete(first);
    live.add(first);
    expect([...live.of(loop)].map((task) => task === first)).toEqual([false, true]);
  });
});
