/** A network that cuts, stalls and delays connections: nothing is lost, and nothing runs that was not begun again. */
import { randomUUID } from "node:crypto";
import { DistributedExecutor, DistributedWorker, type RemoteJob } from "@asyncio-ts/distributed";
import { gather, run, sleep, timeout, TimeoutError } from "@asyncio-ts/task";
import { RandomNumbers } from "@asyncio-ts/testkit";
import { until } from "@asyncio-ts/testkit/until";
import { expect, it, onTestFinished } from "vitest";
import { Proxy } from "./support/proxy.js";
import { Fixture, suite, unless } from "./support/redis.js";
import type * as Counted from "./workers/counted.js";

const fixture = new Fixture();
const counted = new URL("./dist/counted.js", import.meta.url);

type Pool = DistributedExecutor<typeof Counted>;

async function proxied(): Promise<Proxy> {
  const proxy = await Proxy.start(Number(new URL(fixture.url).port));
  onTestFinished(() => proxy.end());
  return proxy;
}

function open(connection: string): Pool {
  const { queue } = fixture;
  return new DistributedExecutor<typeof Counted>({ queue, connection, retries: 100 });
}

/** Starts a worker, which ends with `run()`. */
async function serve(connection: string): Promise<void> {
  const { queue } = fixture;
  const options = { queue, connection, lease: 1000, isolation: "task", concurrency: 4 } as const;
  await new DistributedWorker(counted, options).ready();
}

function submitAll(
  pool: Pool,
  count: number,
): { readonly ids: string[]; readonly jobs: RemoteJob<number>[] } {
  const ids = Array.from({ length: count }, () => randomUUID());
  return { ids, jobs: ids.map((id, n) => pool.submitWith({ id }, "later", fixture.url, id, n)) };
}

/** Fails unless each job has run, and only as often as it was started: again for each time that it lost its worker. */
async function expectRuns(ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const runs = await fixture.redis.scard(`effect:${id}`);
    const [started, lost] = await fixture.redis.hmget(`bull:${fixture.queue}:${id}`, "ats", "stc");
    expect(runs).toBeGreaterThanOrEqual(1);
    expect(runs).toBeLessThanOrEqual(Number(started));
    expect(Number(started)).toBe(1 + Number(lost ?? 0));
  }
}

/** Waits until so many jobs have run at least once. */
async function ran(ids: readonly string[], count: number): Promise<void> {
  while ((await fixture.redis.exists(ids.map((id) => `effect:${id}`))) < count) await sleep(1);
}

const doubled = (count: number): number[] => Array.from({ length: count }, (_, n) => 2 * n);

suite(`a network${unless}`, () => {
  it("that cuts a caller off, again and again, loses nothing", () =>
    run(async () => {
      const proxy = await proxied();
      await using pool = open(proxy.url);
      const { ids, jobs } = submitAll(pool, 150);
      while ((await pool.statistics()).queued < 150);
      await serve(fixture.url);
      for (const count of [10, 50, 90]) {
        await ran(ids, count);
        proxy.cut();
        await ran(ids, count + 20);
        await proxy.mend();
      }
      expect(await gather(jobs)).toEqual(doubled(150));
      await expectRuns(ids);
    }));

  it("that cuts a worker off, again and again, loses nothing", () =>
    run(async () => {
      const proxy = await proxied();
      await using pool = open(fixture.url);
      await serve(proxy.url);
      await serve(fixture.url);
      const { ids, jobs } = submitAll(pool, 150);
      for (const count of [10, 50, 90]) {
        await ran(ids, count);
        proxy.cut();
        await ran(ids, count + 20);
        await proxy.mend();
      }
      expect(await gather(jobs)).toEqual(doubled(150));
      await expectRuns(ids);
    }));

  it("that stalls a worker until its lease is over has its jobs run elsewhere, and stop there", () =>
    run(async () => {
      const proxy = await proxied();
      const stalled = await fixture.worker({ connection: proxy.url, lease: 3000 });
      const job = fixture.pool({ retries: 100 }).submit("hangAtFirst", fixture.url, "stalled", 1);
      await fixture.noted("stalled");
      proxy.stall();
      await fixture.workerIsDead(job);
      await fixture.worker();
      expect(await job).toBeGreaterThan(1);
      proxy.goOn();
      await until(() => stalled.status().running === 0, "its run has stopped");
      expect(stalled.status()).toMatchObject({ state: "working", completed: 0 });
    }));

  it("that delays everything loses nothing", () =>
    run(async () => {
      const random = new RandomNumbers(1);
      const proxy = await proxied();
      proxy.slow(() => random.below(30));
      await using pool = open(proxy.url);
      await serve(proxy.url);
      const { ids, jobs } = submitAll(pool, 60);
      const hanging = ids.slice(0, 10).map((id) => pool.submit("hang", fixture.url, `hanging ${id}`));
      for (const [i, job] of hanging.entries()) {
        await sleep(i);
        job.cancel();
      }
      const ends = await gather(hanging, { returnExceptions: true });
      expect(ends.map(String)).toEqual(hanging.map(() => "CancelledError"));
      expect(await gather(jobs)).toEqual(doubled(60));
      await expectRuns(ids);
    }));

  it.each([
    ["cuts", "on its way"],
    ["cuts", "queued"],
    ["cuts", "running"],
    ["stalls", "on its way"],
    ["stalls", "queued"],
    ["stalls", "running"],
  ] as const)("that %s lets a timeout around a job expire on time: %s", (what, phase) =>
    run(async () => {
      const proxy = await proxied();
      const pool = fixture.pool({ connection: proxy.url });
      if (phase === "running") await fixture.worker();
      await pool.statistics();
      const disturb = (): void => (what === "cuts" ? proxy.cut() : proxy.stall());
      if (phase === "on its way") disturb();
      const key = `${what} ${phase}`;
      const job = pool.submit("hang", fixture.url, key);
      if (phase === "queued") while ((await pool.statistics()).queued < 1);
      if (phase === "running") await until(() => job.running(), "it runs");
      if (phase !== "on its way") disturb();
      const begun = performance.now();
      await expect(timeout(50).with(() => job)).rejects.toBeInstanceOf(TimeoutError);
      // It waits a second for an answer; the rest is for a machine that is slow.
      expect(performance.now() - begun).toBeLessThan(10_000);
      if (what === "cuts") await proxy.mend();
      else proxy.goOn();
      // Now the request to cancel gets there.
      if (phase === "running") {
        expect(await fixture.noted(key, 2)).toEqual(["begun", expect.stringContaining("CancelledError")]);
      } else {
        const worker = await fixture.worker();
        expect(await pool.submit("add", 1, 2)).toBe(3);
        await until(() => worker.status().running === 0, "nothing runs");
        expect((await pool.statistics()).queued).toBe(0);
      }
    }),
  );
});
