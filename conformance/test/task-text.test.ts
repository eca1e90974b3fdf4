import { createTask, sleep, wait } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";
import { awaited, bothKinds, errorOf, oneIteration, runVirtual } from "@asyncio-ts/testkit";

describe.each(bothKinds)("cancelling tasks of $name", ({ body, define }) => {
  it("the text of a task says that it is being cancelled, until it takes that back or is done", () =>
    runVirtual(
      body(function* () {
        const task = createTask(
          define(function* () {
            yield* errorOf(sleep(10_000));
            task.uncancel();
            yield* awaited(sleep(10_000));
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
        yield* awaited(wait([task]));
        expect(String(task)).toBe("<Task 'a' cancelled>");
      }),
    ));
});
