import type { Job } from "@asyncio-ts/executor";
import { type Executor, getRunningLoop } from "@asyncio-ts/loop";
import { gather, timeout } from "@asyncio-ts/task";
import { describe, expectTypeOf, it } from "vitest";
import { DistributedExecutor, type RemoteJob } from "@asyncio-ts/distributed";
import type * as Work from "./workers/work.js";

/** Never called: the compiler is what tests it. */
export function types(pool: DistributedExecutor<typeof Work, { step: number }>): void {
  expectTypeOf(pool.submit("add", 1, 2)).toEqualTypeOf<RemoteJob<number, { step: number }>>();
  expectTypeOf(pool.submit("addLater", 1, 2)).resolves.toEqualTypeOf<number>();
  expectTypeOf(pool.submit("steps", 1).progress).toEqualTypeOf<AsyncIterable<{ step: number }>>();
  // @ts-expect-error: there is no such function
  pool.submit("ad", 1, 2);
  // @ts-expect-error: an argument is missing
  pool.submit("add", 1);
  // @ts-expect-error: a string is no number
  pool.submit("add", 1, "2");

  expectTypeOf(pool.submitWith({ priority: 1 }, "add", 1, 2)).resolves.toEqualTypeOf<number>();
  // @ts-expect-error: there is no such option
  pool.submitWith({ prioritised: 1 }, "add", 1, 2);
  // @ts-expect-error: a string is no number
  pool.submitWith({ attempts: 3 }, "add", 1, "2");
  // @ts-expect-error: there is no such function
  pool.submitWith({ id: "sum" }, "ad", 1, 2);

  expectTypeOf(pool.map("add", new Set([1, 2]), [3, 4])).items.resolves.toEqualTypeOf<number>();
  // @ts-expect-error: an iterable is missing
  pool.map("add", [1, 2]);
  // @ts-expect-error: strings are no numbers
  pool.map("fib", ["1"]);

  expectTypeOf(pool.job<"addLater">("id")).resolves.toEqualTypeOf<number>();
  // @ts-expect-error: there is no such function
  pool.job<"ad">("id");

  const loop = getRunningLoop();
  expectTypeOf(loop.runInExecutor(pool, "add", 1, 2)).resolves.toEqualTypeOf<number>();
  // @ts-expect-error: a string is no number
  loop.runInExecutor(pool, "add", 1, "2");
  // @ts-expect-error: there is no such function
  loop.runInExecutor(pool, "ad", 1, 2);
  loop.setDefaultExecutor(pool);

  expectTypeOf(pool).toExtend<Executor<typeof Work>>();
  expectTypeOf(gather(pool.map("fib", [1, 2]))).resolves.toEqualTypeOf<number[]>();
  expectTypeOf(timeout(1).with(() => pool.submit("add", 1, 2))).resolves.toEqualTypeOf<number>();
  // @ts-expect-error: a job of a pool is another thing
  expectTypeOf(pool.submit("add", 1, 2)).toExtend<Job<number>>();
  // @ts-expect-error: without the type of a module there is no function to name
  new DistributedExecutor({ queue: "numbers", connection: "redis://localhost" }).submit("add", 1, 2);
  // @ts-expect-error: it needs a queue
  void new DistributedExecutor({ connection: "redis://localhost" });
}

describe("the types of jobs", () => {
  it("are checked by the compiler", () => expectTypeOf(types).toBeFunction());
});
