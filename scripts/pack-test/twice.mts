// The libraries installed twice, as npm does where two versions are needed: what is made of both works as of one. The
// argument is the folder of the second copy.
import { createRequire } from "node:module";
import { isCancelled } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { Lock } from "@asyncio-ts/sync";
import {
  allTasks,
  createTask,
  ExceptionGroup,
  gather,
  run,
  sleep,
  TaskGroup,
  timeout,
  TimeoutError,
} from "@asyncio-ts/task";

const second = createRequire(`${process.argv[2]}/`);
const future = second("@asyncio-ts/future") as typeof import("@asyncio-ts/future");
const loop = second("@asyncio-ts/loop") as typeof import("@asyncio-ts/loop");
const sync = second("@asyncio-ts/sync") as typeof import("@asyncio-ts/sync");
const task = second("@asyncio-ts/task") as typeof import("@asyncio-ts/task");

const got: unknown[] = [];
got.push(task.run !== run);
await run(
  async () => {
    got.push(loop.getRunningLoop() === getRunningLoop());
    got.push(await gather([task.sleep(2, "second"), sleep(1, "first")]));
    await task.sleep(60_000);
    got.push(getRunningLoop().time());
    const sleeping = createTask(() => task.sleep(60_000));
    const left = task.createTask(async () => {
      try {
        await task.sleep(60_000);
      } finally {
        got.push("cleaned up");
      }
    });
    await sleep(1);
    got.push(allTasks().size, allTasks().has(left));
    sleeping.cancel();
    await sleeping.catch((error) => got.push(future.isCancelled(error) && isCancelled(error)));
    await timeout(10)
      .with(() => task.sleep(60_000))
      .catch((error) => got.push(error instanceof task.TimeoutError));
    await task
      .timeout(10)
      .with(() => sleep(60_000))
      .catch((error) => got.push(error instanceof TimeoutError));
    const fail = async () => {
      throw new RangeError("failed");
    };
    await new TaskGroup()
      .with(async (group) => {
        group.createTask(() => new task.TaskGroup().with(async (inner) => inner.createTask(fail)));
      })
      .catch((error) => {
        got.push(error instanceof task.ExceptionGroup);
        got.push((error as ExceptionGroup).subgroup(RangeError) instanceof ExceptionGroup);
      });
    await new sync.Condition(new Lock()).with(async () => got.push("locked"));
    await task.run(fail).catch((error) => got.push(error.message.includes("a loop runs already there")));
  },
  { loopFactory: virtualLoop },
);
got.push(process.listenerCount("exit") <= 2);

const expected = [
  true,
  true,
  ["second", "first"],
  60_002,
  3,
  true,
  true,
  true,
  true,
  true,
  true,
  "locked",
  true,
  "cleaned up",
  true,
];
console.log(JSON.stringify(got) === JSON.stringify(expected) ? "ok" : got);
