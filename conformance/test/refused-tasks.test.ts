import { newEventLoop } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import { allTasks, Task } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";

describe("tasks outside run()", () => {
  it("a task that its loop does not take is an error, and is not among all tasks", () => {
    const loop = newEventLoop();
    partsOf(loop).scheduler.schedule = () => {
      throw new Error("not now");
    };
    expect(() => new Task(async () => {}, loop)).toThrow("not now");
    expect(allTasks(loop).size).toBe(0);
  });
});
