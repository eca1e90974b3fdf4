import { createTask, sleep, wait } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";
import { errorOf, kinds, on, oneIteration, play } from "./support/task-programs.js";

describe.each(kinds)("cancelling tasks of %s", (_kind, define) => {
  it("the text of a task says that it is being cancelled, until it takes that back or is done", () =>
    play(
      define(function* () {
        const task = createTask(
          define(function* () {
            yield* errorOf(sleep(10_000));
            task.uncancel();
            yield* on(sleep(10_000));
          })(),
          { name: "a" },
        ) as ReturnType<typeof createTask<void>>;
        yield* oneIteration();
        expect(String(task)).toBe("<Task 'a' pending>");
        task.cancel();
        expect(String(task)).toBe("<Task 'a' cancelling>");
        yield* oneIteration();
        expect(String(task)).toBe("<Task 'a' pending>");
        task.cancel();
        yield* on(wait([task]));
        expect(String(task)).toBe("<Task 'a' cancelled>");
      })(),
    ));
});
