import { virtualLoop } from "@asyncio-ts/loop/testing";
import { currentSignal, currentTask, run, sleep, TaskGroup } from "@asyncio-ts/task";
import { expect, it } from "vitest";

it("delivers a cancellation that the task asked for itself, with its signal in use", async () => {
  const log: string[] = [];
  const main = run(
    async () => {
      currentSignal();
      currentTask()?.cancel();
      await sleep(1000);
      log.push("went on");
    },
    { loopFactory: virtualLoop },
  );
  await expect(main).rejects.toThrow(expect.objectContaining({ name: "CancelledError" }));
  expect(log).toEqual([]);
});

it("ends the body of a group that cancels itself, with the task's signal in use", async () => {
  const log: string[] = [];
  await run(
    async () => {
      currentSignal();
      await new TaskGroup().with(async (group) => {
        group.cancel();
        await sleep(1000);
        log.push("went on");
      });
    },
    { loopFactory: virtualLoop },
  );
  expect(log).toEqual([]);
});
