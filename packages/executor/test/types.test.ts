import { getRunningLoop, newEventLoop } from "@asyncio-ts/loop";
import { gather } from "@asyncio-ts/task";
import { describe, expectTypeOf, it } from "vitest";
import { type Job, type PoolExecutor, ThreadPoolExecutor, toThread } from "@asyncio-ts/executor";
import type * as Work from "./workers/work.js";

/** Never called: the compiler is what tests it. */
export function types(pool: ThreadPoolExecutor<typeof Work, { step: number }>, url: URL): void {
  expectTypeOf(pool.submit("add", 1, 2)).toEqualTypeOf<Job<number, { step: number }>>();
  expectTypeOf(pool.submit("addLater", 1, 2)).resolves.toEqualTypeOf<number>();
  expectTypeOf(pool.submit("increment", 1)).resolves.toEqualTypeOf<number>();
  expectTypeOf(pool.submit("increment", 1, 2)).resolves.toEqualTypeOf<number>();
  // @ts-expect-error: there is no such function
  pool.submit("ad", 1, 2);
  // @ts-expect-error: an argument is missing
  pool.submit("add", 1);
  // @ts-expect-error: a string is no number
  pool.submit("add", 1, "2");

  expectTypeOf(pool.map("increment", [1, 2])).toEqualTypeOf<Job<number, { step: number }>[]>();
  expectTypeOf(pool.map("add", new Set([1, 2]), [3, 4])).items.resolves.toEqualTypeOf<number>();
  // @ts-expect-error: an iterable is missing
  pool.map("add", [1, 2]);
  // @ts-expect-error: strings are no numbers
  pool.map("increment", ["1"]);

  const loop = getRunningLoop();
  expectTypeOf(loop.runInExecutor(pool, "add", 1, 2)).resolves.toEqualTypeOf<number>();
  expectTypeOf(loop.runInExecutor(pool, "whoami")).resolves.toHaveProperty("pid");
  // @ts-expect-error: a string is no number
  loop.runInExecutor(pool, "add", 1, "2");
  // @ts-expect-error: there is no such function
  loop.runInExecutor(pool, "ad", 1, 2);
  expectTypeOf(loop.runInExecutor<typeof Work, "add">(null, "add", 1, 2)).resolves.toEqualTypeOf<number>();
  newEventLoop().setDefaultExecutor(pool);

  expectTypeOf(toThread<typeof Work, "add">(url, "add", 1, 2)).resolves.toEqualTypeOf<number>();
  expectTypeOf(toThread<typeof Work>(url)("add", 1, 2)).resolves.toEqualTypeOf<number>();
  expectTypeOf(toThread<Pick<typeof Work, "add">>(url, "add", 1, 2)).resolves.toEqualTypeOf<number>();
  toThread<typeof Work>(url, "add", 1, 2);
  // @ts-expect-error: a string is no number
  toThread<typeof Work>(url, "add", 1, "2");
  // @ts-expect-error: there is no such function
  toThread<typeof Work>(url, "ad", 1, 2);
  // @ts-expect-error: a string is no number
  toThread<typeof Work>(url)("add", 1, "2");

  expectTypeOf(gather(pool.map("increment", [1, 2]))).resolves.toEqualTypeOf<number[]>();
  expectTypeOf(pool.submit("steps", 1).progress).toEqualTypeOf<AsyncIterable<{ step: number }>>();
  expectTypeOf(pool).toExtend<PoolExecutor<typeof Work, { step: number }>>();
  // @ts-expect-error: without the type of a module there is no function to name
  new ThreadPoolExecutor(url).submit("add", 1, 2);
}

describe("the types of jobs", () => {
  it("are those of the module's functions", () => {
    expectTypeOf(types).toBeFunction();
  });
});
