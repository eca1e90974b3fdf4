import { reportsOf } from "@asyncio-ts/testkit";
import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, sleep } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";

describe("the error of a Future that nobody awaits", () => {
  it("is not reported once cancel() was called on the failed future: its owner has let go of it", async () => {
    const reports = await reportsOf(async () => {
      const future = getRunningLoop().createFuture<number>();
      future.setException(new Error("boom"));
      expect(future.cancel()).toBe(false);
      expect(future.cancelled()).toBe(false);
      const task = createTask(async () => {
        throw new Error("boom");
      });
      await sleep(0);
      expect(task.cancel()).toBe(false);
    });
    expect(reports).toEqual([]);
  });
});
