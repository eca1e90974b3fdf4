/** The programs that the topics of executors measure: jobs that add 1 to a number, awaited in both manners and kinds. */
import type { Future } from "@asyncio-ts/future";
import { gather, run } from "@asyncio-ts/task";
import { times } from "./topic.js";

export type Manner = "one at a time" | "all at once";
/** An executor of any kind, whose workers have `work.ts`. */
interface Pool {
  submit(name: "increment", n: number): Future<number>;
}
export type Own = (pool: Pool, operations: number) => Promise<number>;

/** Returns how many of the jobs have done what they should: each adds 1 to its number. */
export const right = (results: readonly number[]): number =>
  results.filter((result, i) => result === i + 1).length;

export const generator: Readonly<Record<Manner, Own>> = {
  "one at a time": (pool, operations) =>
    run(function* () {
      let done = 0;
      while (done < operations) done = yield* pool.submit("increment", done);
      return done;
    }),
  "all at once": (pool, operations) =>
    run(function* () {
      return right(yield* gather(times(operations, (i) => pool.submit("increment", i))));
    }),
};

export const async: Readonly<Record<Manner, Own>> = {
  "one at a time": (pool, operations) =>
    run(async () => {
      let done = 0;
      while (done < operations) done = await pool.submit("increment", done);
      return done;
    }),
  "all at once": (pool, operations) =>
    run(async () => right(await gather(times(operations, (i) => pool.submit("increment", i))))),
};
