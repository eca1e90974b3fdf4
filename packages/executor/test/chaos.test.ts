import { run } from "@asyncio-ts/task";
import { describe, it } from "vitest";
import { chaos } from "./support/chaos.js";
import { pools } from "./support/pools.js";

describe.each(pools)("a $kind pool among random jobs, cancellations and deaths", (pool) => {
  it.each([1, 2, 3])("ends every job, and leaves nothing: seed %i", async (seed) => {
    await run(() => chaos(pool, seed, 60));
  });
});
