import { startRecording } from "@asyncio-ts/inspect";
import { rowsOf } from "@asyncio-ts/inspect/internal";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { Lock } from "@asyncio-ts/sync";
import { createTask, currentTask, run, sleep, type Task } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";
import type { Look } from "../src/messages.js";
import { objectsAt, tasksAt, withNames } from "../src/moment.js";
import { objectRowsOf } from "../src/object-rows.js";
import { ObjectWatch } from "../src/worker/watch-objects.js";

/** Records a program of two tasks that share a lock. */
async function record(): Promise<Look> {
  const loop = virtualLoop();
  const clock = (): number => loop.time();
  const watch = new ObjectWatch(clock);
  const recording = startRecording({ clock });
  const Watched = watch.classes["Lock"] as typeof Lock;
  await run(
    async () => {
      (currentTask() as Task<void>).name = "main";
      const lock = new Watched();
      expect(lock).toBeInstanceOf(Lock);
      const nap = () => lock.with(() => sleep(100));
      const first = createTask(nap, { name: "first" });
      const second = createTask(nap, { name: "second" });
      await first;
      await second;
    },
    { loopFactory: () => loop },
  );
  recording.stop();
  return withNames({ trace: recording.trace(), states: watch.states });
}

describe("a moment of a program", () => {
  it("has each task and each lock in words", async () => {
    const look = await record();
    const names = new Map(look.trace.tasks.map(({ id, name }) => [id, name]));
    const nameOf = (task: number): string => names.get(task) ?? "";
    const wordsAt = (time: number): string[] =>
      [...tasksAt(rowsOf(look.trace), time), ...objectsAt(objectRowsOf(look), time, nameOf)].map(
        ({ name, text }) => `${name}: ${text}`,
      );
    expect(wordsAt(50)).toEqual([
      "main: waits for task first",
      "first: waits for sleep(100)",
      "second: waits for Lock.acquire() of Lock 1",
      "Lock 1: held by first; waiting: second",
    ]);
    expect(wordsAt(150)).toEqual([
      "main: waits for task second",
      "first: returned",
      "second: waits for sleep(100)",
      "Lock 1: held by second",
    ]);
    expect(wordsAt(200)).toEqual(["main: returned", "first: returned", "second: returned", "Lock 1: free"]);
  });
});
