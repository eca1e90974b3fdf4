import { virtualLoop } from "@asyncio-ts/loop/testing";
import { createTask, run, sleep, type Task } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";
import { errorOf, kinds, on, play } from "./support/task-programs.js";

describe.each(kinds)("tasks of %s", (_kind, define) => {
  it("a task that awaits itself gets an error that says so", () =>
    play(
      define(function* () {
        const task: Task<void> = createTask(
          define(function* () {
            yield* on(task);
          })(),
        );
        expect(String(yield* errorOf(task))).toMatch(/awaits itself, so it could never go on/);
      })(),
    ));

  it("two tasks that await each other are a deadlock, and can be cancelled", async () => {
    const main = define(function* () {
      const first: Task<void> = createTask(
        define(function* () {
          yield* on(second);
        })(),
      );
      const second: Task<void> = createTask(
        define(function* () {
          yield* on(first);
        })(),
      );
      yield* on(sleep(0));
      yield* on(first);
    });
    await expect(run(main(), { loopFactory: () => virtualLoop({ patience: 100 }) })).rejects.toThrow(
      /nothing is left/,
    );
  });
});
