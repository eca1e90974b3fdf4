import { virtualLoop } from "@asyncio-ts/loop/testing";
import { createTask, run, sleep, type Task } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";
import { awaited, bothKinds, errorOf, runVirtual } from "@asyncio-ts/testkit";

describe.each(bothKinds)("tasks of $name", ({ body, define }) => {
  it("a task that awaits itself gets an error that says so", () =>
    runVirtual(
      body(function* () {
        const task: Task<void> = createTask(
          define(function* () {
            yield* awaited(task);
          })(),
        );
        expect(String(yield* errorOf(task))).toMatch(/awaits itself, so it could never go on/);
      }),
    ));

  it("two tasks that await each other are a deadlock, and can be cancelled", async () => {
    const main = define(function* () {
      const first: Task<void> = createTask(
        define(function* () {
          yield* awaited(second);
        })(),
      );
      const second: Task<void> = createTask(
        define(function* () {
          yield* awaited(first);
        })(),
      );
      yield* awaited(sleep(0));
      yield* awaited(first);
    });
    await expect(run(main(), { loopFactory: () => virtualLoop({ patience: 100 }) })).rejects.toThrow(
      /nothing is left/,
    );
  });
});
