/** The contract of all three executors: the same program differs in one line. */
import { ContextVar } from "@asyncio-ts/contextvars";
import { ProcessPoolExecutor, ThreadPoolExecutor } from "@asyncio-ts/executor";
import type { Future } from "@asyncio-ts/future";
import { type Executor, getRunningLoop } from "@asyncio-ts/loop";
import { asCompleted, gather, run, TaskGroup, timeout, TimeoutError, wait } from "@asyncio-ts/task";
import { expect, it } from "vitest";
import { Fixture, suite, unless, work } from "./support/redis.js";
import type * as Work from "./workers/work.js";

const fixture = new Fixture();

interface Pool extends Executor<typeof Work>, AsyncDisposable {
  map(name: "add", a: Iterable<number>, b: Iterable<number>): Future<number>[];
  readonly closed: boolean;
}

const executors: readonly [name: string, open: () => Promise<Pool>][] = [
  ["ThreadPoolExecutor", async () => new ThreadPoolExecutor<typeof Work>(work, { maxWorkers: 2 })],
  ["ProcessPoolExecutor", async () => new ProcessPoolExecutor<typeof Work>(work, { maxWorkers: 2 })],
  [
    "DistributedExecutor",
    async () => {
      await fixture.worker({ isolation: "thread", concurrency: 2 });
      return fixture.pool();
    },
  ],
];

suite.each(executors)(`the same program with a %s${unless}`, (_, open) => {
  it("gets results and errors", () =>
    run(async () => {
      await using pool = await open();
      const [sum, ...more] = [pool.submit("add", 1, 2), ...pool.map("add", [1, 2], [3, 4])];
      expect(await gather([sum, ...more])).toEqual([3, 4, 6]);
      expect(await getRunningLoop().runInExecutor(pool, "fib", 10)).toBe(55);
      expect(await pool.submit("same", new Map([[1n, new Date(5)]]))).toEqual(new Map([[1n, new Date(5)]]));
      const error = await pool.submit("fail", "no plan").catch((error: unknown) => error as Error);
      expect(error).toBeInstanceOf(RangeError);
      expect(error).toMatchObject({ name: "PlanError", message: "no plan", code: "E_PLAN" });
      await expect(pool.submit("nonsense" as "fib", 1)).rejects.toThrow(/^there is no function nonsense\(\)/);
      await expect(pool.submit("same", () => 1)).rejects.toThrow(/^argument 1 of same\(\) can't be sent/);
    }));

  it("waits in each way that tasks wait", () =>
    run(async () => {
      await using pool = await open();
      const { done, pending } = await wait(pool.map("add", [1, 2], [3, 4]));
      expect([done.size, pending.size]).toEqual([2, 0]);
      const sums: number[] = [];
      for await (const { task } of asCompleted(pool.map("add", [1, 2], [3, 4]))) sums.push(await task);
      expect(new Set(sums)).toEqual(new Set([4, 6]));
      await expect(timeout(1).with(() => pool.submit("fib", 200))).rejects.toBeInstanceOf(TimeoutError);
      expect(await pool.submit("add", 1, 1)).toBe(2);
    }));

  it("cancels what a failing group leaves, and is closed in the end", () =>
    run(async () => {
      const pool = await open();
      const endless = pool.submit("fib", 200);
      const group = new TaskGroup().with(async (tg) => {
        tg.createTask(() => endless);
        tg.createTask(() => pool.submit("fail", "first"));
      });
      await expect(group).rejects.toThrow();
      expect(endless.cancelled()).toBe(true);
      await pool.shutdown();
      expect(pool.closed).toBe(true);
      expect(() => pool.submit("add", 1, 2)).toThrow(/had been shut down/);
    }));
});

/** Functions that compute would hold a worker whose jobs are tasks, so the tests above are not for it. */
const withTasks: (typeof executors)[0] = [
  "DistributedExecutor whose jobs are tasks",
  async () => {
    await fixture.worker({ isolation: "task" });
    return fixture.pool();
  },
];

suite.each([...executors, withTasks])(`a job of a %s${unless}`, (_, open) => {
  it("takes the values of context variables along", () =>
    run(async () => {
      await using pool = await open();
      const user = new ContextVar<unknown>("user", { transfer: true });
      expect(await pool.submit("whoAsks")).toEqual(["nobody", "somebody else"]);
      const named = async (name: string): Promise<string[]> => {
        user.set(name);
        return await pool.submit("whoAsks");
      };
      expect(await gather([() => named("Ada"), () => named("Grace")])).toEqual([
        ["Ada", "somebody else"],
        ["Grace", "somebody else"],
      ]);
      expect(await pool.submit("whoAsks")).toEqual(["nobody", "somebody else"]);
      user.set(() => 1);
      await expect(pool.submit("whoAsks")).rejects.toThrow(
        /^the value of ContextVar 'user', which goes with the arguments of whoAsks\(\) can't be sent/,
      );
    }));
});
