import { EventLoop } from "@asyncio-ts/loop";
import { allTasks, Task } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";

describe("tasks outside run()", () => {
  it("a task that its loop does not take is an error, and is not among all tasks", () => {
    class Refusing extends EventLoop {
      override schedule(): void {
        throw new Error("not now");
      }
    }
    const loop = new Refusing();
    expect(() => new Task(async () => {}, loop)).toThrow("not now");
    expect(allTasks(loop).size).toBe(0);
  });
});
