import { Future } from "@asyncio-ts/future";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { asCompleted, createTask, gather, run, sleep } from "@asyncio-ts/task";
import { expect, it } from "vitest";

it("gives a result to the next one that waits when the first is cancelled in the same iteration", async () => {
  const log: string[] = [];
  const loop = virtualLoop();
  loop.setExceptionHandler((_loop, { message, exception }) => log.push(`${message}: ${exception}`));
  await run(
    async () => {
      const [one, two] = [new Future<number>(), new Future<number>()];
      const nexts = [...asCompleted([one, two])];
      const tasks = nexts.map((next, index) =>
        createTask(async () => {
          log.push(`${index} gets ${await next}`);
        }),
      );
      await sleep(0);
      one.setResult(1);
      tasks[0]?.cancel();
      await sleep(1);
      two.setResult(2);
      await gather(tasks, { returnExceptions: true });
    },
    { loopFactory: () => loop },
  );
  expect(log).toEqual(["1 gets 1"]);
});
