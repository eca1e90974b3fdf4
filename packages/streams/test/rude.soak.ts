import { bothKinds } from "@asyncio-ts/testkit";
import { say, soak } from "@asyncio-ts/testkit/soak";
import { expect, test } from "vitest";
import { beRude, holdings } from "./support/rude.js";

/** Clients of one server. */
const BATCH = 10_000;
/** Megabytes that the heap may have grown by: compiled code, and what Node keeps of sessions of TLS. */
const GROWTH = 8;

test.each(bothKinds)("a server among 10,000 rude clients, in %s", async (kind) => {
  // What the first clients load stays.
  await beRude(kind, 1000, 1);
  const before = await holdings();
  let clients = 0;
  await soak(
    `rude clients, in ${kind}`,
    0.1,
    () => clients,
    async (seed) => {
      const left = await beRude(kind, BATCH, seed);
      say(`  grown by ${left.grown.toFixed(1)} MB while it served`);
      expect(left).toMatchObject({ answered: BATCH / 10, tasks: 0, reports: [] });
      expect(left.grown).toBeLessThan(GROWTH);
      clients += BATCH;
    },
  );
  const after = await holdings();
  say(`  before: ${JSON.stringify(before)}\n  after: ${JSON.stringify(after)}`);
  expect(after.handles).toEqual(before.handles);
  expect(after.heap).toBeLessThan(before.heap + GROWTH);
});
