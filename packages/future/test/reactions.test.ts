import { arm, disarm } from "@asyncio-ts/future/lowlevel";
import { Future } from "@asyncio-ts/future";
import { describe, expect, test } from "vitest";
import { ManualScheduler } from "@asyncio-ts/testkit/manual-scheduler";

/** A future that many wait for, and what ran once it was done. */
function watched(count: number) {
  const loop = new ManualScheduler();
  const future = new Future<void>({ loop });
  const ran: number[] = [];
  const reactions = Array.from({ length: count }, (_, index) => ({
    run: () => void ran.push(index),
    awaiter: new Future<number>({ loop }),
  }));
  for (const reaction of reactions) future[arm](reaction);
  const finish = async () => {
    future.setResult();
    await loop.settle();
    return ran;
  };
  return { future, reactions, finish };
}

describe.each([1, 2, 3, 15, 16, 17, 1000])("the reactions of a future that %i wait for", (count) => {
  const all = Array.from({ length: count }, (_, index) => index);

  test("run in the order in which they came", async () => {
    const { finish } = watched(count);
    expect(await finish()).toEqual(all);
  });

  test("are those of its awaiters", () => {
    const { future, reactions } = watched(count);
    const awaiters = future.awaitedBy();
    expect(awaiters.map((awaiter, index) => awaiter === reactions[index]?.awaiter)).toEqual(
      all.map(() => true),
    );
  });

  test.each([2, 3])("leave one by one: each but the %i. that is left", async (kept) => {
    const { future, reactions, finish } = watched(count);
    for (const index of all) if (index % kept !== 0) future[disarm](reactions[index]!);
    expect(await finish()).toEqual(all.filter((index) => index % kept === 0));
  });

  test("leave and come back at the end", async () => {
    const { future, reactions, finish } = watched(count);
    future[disarm](reactions[0]!);
    future[arm](reactions[0]!);
    expect(await finish()).toEqual([...all.slice(1), 0]);
  });

  test("may all leave, and others come", async () => {
    const { future, reactions, finish } = watched(count);
    for (const reaction of reactions) future[disarm](reaction);
    for (const reaction of reactions) future[disarm](reaction);
    expect(future.awaitedBy()).toEqual([]);
    future[arm](reactions[count - 1]!);
    expect(await finish()).toEqual([count - 1]);
  });

  test("are all but the callbacks that are taken off", async () => {
    const { future, finish } = watched(count);
    const called: string[] = [];
    const callback = () => void called.push("called");
    future.addDoneCallback(callback);
    expect([future.removeDoneCallback(callback), future.removeDoneCallback(callback)]).toEqual([1, 0]);
    expect(await finish()).toEqual(all);
    expect(called).toEqual([]);
  });
});

test(
  "100,000 who wait for one future leave it in a time that grows with their number, not with its square",
  { timeout: 120_000 },
  () => {
    const { future, reactions } = watched(100_000);
    const begin = performance.now();
    for (const reaction of reactions) future[disarm](reaction);
    // It takes about 10 ms; where each looks at all others, 100 s.
    expect(performance.now() - begin).toBeLessThan(5_000);
    expect(future.awaitedBy()).toEqual([]);
  },
);
