import type { Runnable } from "@asyncio-ts/future/lowlevel";
import { beforeEach, describe, expect, test } from "vitest";
import { Actors, sleeps, waitsForPromise, waitsOf } from "../src/actors.js";
import { StepTask } from "./step-task.js";

let actors: Actors;

beforeEach(() => {
  actors = new Actors();
});

const callback = (): Runnable => ({ run() {} });

describe("an actor", () => {
  test("is known by where it was made, and each maker counts its own", () => {
    const a = actors.of(callback(), undefined, "callback");
    const b = actors.of(callback(), undefined, "callback");
    const [first, second] = [actors.of(callback(), a, "callback"), actors.of(callback(), a, "callback")];
    const other = actors.of(callback(), b, "callback");
    expect([a, b, first, second, other].map(({ path }) => path)).toEqual([
      ".0",
      ".1",
      ".0.0",
      ".0.1",
      ".1.0",
    ]);
    expect([a.made, b.made, actors.outside.made, actors.size]).toEqual([2, 1, 2, 5]);
  });

  test("is one in all its turns, whoever wakes it", () => {
    const runnable = callback();
    const actor = actors.of(runnable, undefined, "callback");
    expect(actors.of(runnable, actor, "timer")).toBe(actor);
    const task = new StepTask("worker");
    const step = actors.of(task.wake(), undefined, "callback");
    expect(actors.of(task.wake(), actor, "callback")).toBe(step);
    expect([actors.outside.made, actor.made, actors.size]).toEqual([2, 0, 2]);
  });

  test("has a number if it is a task, in the order in which tasks appeared", () => {
    const [main, worker] = [new StepTask("Task-1"), new StepTask("worker")];
    const all = [main.wake(), callback(), worker.wake()].map((one) => actors.of(one, undefined, "callback"));
    expect(all.map(({ number }) => number)).toEqual([0, -1, 1]);
    expect(all.map(({ task }) => task)).toEqual([main, undefined, worker]);
    expect(actors.tasks).toEqual([all[0], all[2]]);
  });
});

describe("names of actors", () => {
  const nameOf = (task: StepTask): string => actors.of(task.wake(), undefined, "callback").name;
  const titled = (name: string, title: string): StepTask =>
    Object.defineProperty(new StepTask(name), "title", { value: title });

  test("the first task is the main one; others have their own name, or that of their body", () => {
    expect(nameOf(new StepTask("first"))).toBe("main");
    expect(nameOf(new StepTask("worker"))).toBe("worker");
    expect(nameOf(titled("Task-12", "Task 'Task-12' (fetchData)"))).toBe("fetchData");
    expect(nameOf(titled("Task-13", "Task 'Task-13'"))).toBe("task");
    expect(nameOf(titled("Task-13 of mine", "Task '' (body)"))).toBe("Task-13 of mine");
    expect(nameOf(titled("my Task-13", "Task '' (body)"))).toBe("my Task-13");
    expect(nameOf(titled("Task-14", "Task 'Task-14' (body) waits"))).toBe("task#2");
  });

  test("what a task has made is named after it, and what others have made after its kind", () => {
    const main = actors.of(new StepTask("first").wake(), undefined, "callback");
    const timer = actors.of(callback(), main, "timer");
    expect([timer.name, actors.of(callback(), timer, "event").name]).toEqual(["timer of main", "event"]);
  });

  test("equal names are numbered", () => {
    const names = Array.from({ length: 3 }, () => actors.of(callback(), undefined, "timer").name);
    expect(names).toEqual(["timer", "timer#2", "timer#3"]);
  });

  test("a text has the names of this run, and leaves those that nobody knows", () => {
    nameOf(new StepTask("Task-7"));
    nameOf(titled("Task-8", "Task 'Task-8' (get)"));
    const text = "Task 'Task-7', Task 'Task-8' (get) and Task 'Task-9' (put)";
    expect(actors.renamed(text)).toBe("Task 'main', Task 'get' and Task 'Task-9' (put)");
    const task = new StepTask("w");
    task.waits = ["Task 'Task-8' (get)", "<Lock locked>"];
    expect(actors.waitsOf(task.explored)).toBe("Task 'get' and <Lock locked>");
  });
});

describe("a task", () => {
  const waiting = (...waits: string[]): StepTask => Object.assign(new StepTask("t"), { waits });

  test("sleeps while it waits for nothing but the clock, or the next iteration", () => {
    const isAsleep = (...waits: string[]): boolean => sleeps(waiting(...waits).explored);
    expect(isAsleep("<sleep(5) until 10>")).toBe(true);
    expect(isAsleep("the next iteration of the loop")).toBe(true);
    expect(isAsleep("<sleep(5) until 10>", "<Lock locked>")).toBe(false);
    expect(isAsleep("a <sleep(5) until 10>")).toBe(false);
    expect(isAsleep("the next iteration")).toBe(false);
  });

  test("tells for how many things it waits, and whether for a native promise", () => {
    expect(waitsOf(waiting("a", "b").explored)).toBe(2);
    expect(waitsForPromise(waiting().explored)).toBe(false);
    expect(waitsForPromise(Object.assign(waiting(), { isNative: true }).explored)).toBe(true);
  });
});
