import { createTask, sleep } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";
import { awaited, bothKinds, type Program, reportsOf } from "@asyncio-ts/testkit";

describe.each(bothKinds)("cancelling tasks of %s", ({ define }) => {
  it("who cancels a task that has failed by then does not want to know its error: it is not reported", async () => {
    const main = define(function* () {
      const task = createTask(
        define(function* (): Program<void> {
          throw new TypeError("oops");
        })(),
      );
      yield* awaited(sleep(50));
      expect(task.cancel()).toBe(false);
    });
    expect(await reportsOf(main())).toEqual([]);
  });
});
