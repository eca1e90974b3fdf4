/** The facts that the waits of tasks tell those who show them: their kind, and what is left. */
import { waitFacts } from "@asyncio-ts/future/lowlevel";
import {
  abortable,
  createTask,
  ensureFuture,
  gather,
  shield,
  sleep,
  TaskGroup,
  wait,
} from "@asyncio-ts/task";
import { expect, test } from "vitest";
import { awaited, bothKinds, runVirtual } from "@asyncio-ts/testkit";
import { waits } from "../src/members.js";
import { native } from "./native.js";

const delays = [1, 100, 100];

const cases: [string, () => PromiseLike<unknown>, object][] = [
  ["sleep()", () => sleep(100), { kind: "timer", delay: 100, left: 95 }],
  ["gather()", () => gather(delays.map((delay) => sleep(delay))), { kind: "gather", left: 2 }],
  ["wait()", () => wait(delays.map((delay) => createTask(() => sleep(delay)))), { kind: "wait", left: 2 }],
  ["shield()", () => shield(sleep(100)), { kind: "shield" }],
  ["abortable()", () => abortable(() => native(100)), { kind: "operation" }],
  ["a promise", () => ensureFuture(native(100)), { kind: "promise" }],
  [
    "a task group",
    () =>
      new TaskGroup().with((tasks) => {
        for (const delay of delays) tasks.createTask(() => sleep(delay));
      }),
    { kind: "group", group: expect.any(TaskGroup) as unknown, left: 2 },
  ],
];

for (const { name, startTask } of bothKinds) {
  test.each(cases)(`a wait for %s tells what it is, in ${name}`, async (title, start, facts) => {
    await runVirtual(async () => {
      const task = startTask(function* () {
        yield* awaited(start());
      });
      await sleep(5);
      const targets = task[waits]().map((one) => one.target());
      const told = targets.map((target) => (target as { [waitFacts]?(): object })[waitFacts]?.());
      await task;
      expect([title, told]).toEqual([title, [facts]]);
    });
  });
}
