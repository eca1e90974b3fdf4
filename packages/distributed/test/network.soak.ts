/** A network that fails for ten real seconds, with the leases that there are by default. */
import { randomUUID } from "node:crypto";
import { DistributedExecutor, DistributedWorker, type RemoteJob } from "@asyncio-ts/distributed";
import { createTask, gather, run, sleep, timeout, TimeoutError } from "@asyncio-ts/task";
import { RandomNumbers } from "@asyncio-ts/testkit";
import { say } from "@asyncio-ts/testkit/soak";
import { until } from "@asyncio-ts/testkit/until";
import { expect, it, onTestFinished } from "vitest";
import { Proxy } from "./support/proxy.js";
import { Fixture, suite, unless } from "./support/redis.js";
import type * as Counted from "./workers/counted.js";

const JOBS = 200;
const FAULT = 10_000;
const TIMEOUT = 500;

const fixture = new Fixture();
const counted = new URL("./dist/counted.js", import.meta.url);

/** Each fault begins when it is called, and what it returns ends it. */
const FAULTS = {
  cuts: (proxy: Proxy) => {
    proxy.cut();
    return () => proxy.mend();
  },
  stalls: (proxy: Proxy) => {
    proxy.stall();
    return () => proxy.goOn();
  },
  delays: (proxy: Proxy) => {
    const random = new RandomNumbers(1);
    proxy.slow(() => random.below(400));
    return () => proxy.slow(() => 0);
  },
};

suite(`a network${unless}`, () => {
  it.each([
    ["caller", "cuts"],
    ["caller", "stalls"],
    ["caller", "delays"],
    ["worker", "cuts"],
    ["worker", "stalls"],
    ["worker", "delays"],
  ] as const)("between %s and Redis that %s for ten seconds loses nothing", (side, fault) =>
    run(async () => {
      const proxy = await Proxy.start(Number(new URL(fixture.url).port));
      onTestFinished(() => proxy.end());
      const { queue, url } = fixture;
      const [near, far] = side === "caller" ? [proxy.url, url] : [url, proxy.url];
      await using worker = new DistributedWorker(counted, {
        queue,
        connection: far,
        isolation: "task",
        concurrency: 20,
      });
      await worker.ready();
      await using pool = new DistributedExecutor<typeof Counted>({ queue, connection: near });
      const ids = Array.from({ length: JOBS }, () => randomUUID());
      let ended = 0;
      const jobs = ids.map((id, n) => {
        const job = pool.submitWith({ id }, "slowly", url, id, n);
        job.addDoneCallback(() => ended++);
        return job;
      });
      await until(() => ended >= 20, "some jobs have ended");

      const events: string[] = [];
      const waitFor = async (what: string, job: RemoteJob<number>): Promise<void> => {
        const begun = performance.now();
        const end = await timeout(TIMEOUT)
          .with(() => job)
          .catch((error: unknown) => error);
        events.push(what);
        const late = Math.round(performance.now() - begun - TIMEOUT);
        say(`  timeout(${TIMEOUT}) around a job that ${what}: ${String(end).split(":")[0]}, ${late} ms late`);
        // A worker that is cut off is not told, so the function may return.
        if (what === "runs" && side === "worker" && end === 2 * jobs.indexOf(job)) return;
        expect(end).toBeInstanceOf(TimeoutError);
      };
      // Twenty others run, and all others are queued.
      const active = jobs.filter((job) => job.running());
      const running = active.at(-1) as RemoteJob<number>;
      const queued = jobs.at(-1) as RemoteJob<number>;
      expect(queued.running()).toBe(false);
      const end = FAULTS[fault](proxy);
      say(`between ${side} and Redis, a network that ${fault}`);
      const timeouts = [
        createTask(() => waitFor("is queued", queued)),
        createTask(() => waitFor("runs", running)),
      ];
      await sleep(FAULT);
      events.push("mended");
      await end();
      await gather(timeouts);
      const others = jobs.filter((job) => job !== queued && job !== running);
      const numbers = ids.map((_, n) => 2 * n).filter((_, n) => jobs[n] !== queued && jobs[n] !== running);
      expect(await gather(others)).toEqual(numbers);
      let again = 0;
      for (const [n, id] of ids.entries()) {
        const runs = await fixture.redis.scard(`effect:${id}`);
        const [started, lost] = await fixture.redis.hmget(`bull:${queue}:${id}`, "ats", "stc");
        again += Math.max(0, runs - 1);
        // One that was cancelled has no job in Redis any more, and may have run before the request got there.
        if (jobs[n] === queued || jobs[n] === running) expect(runs).toBeLessThanOrEqual(1);
        else expect([runs, Number(started)]).toEqual([1 + Number(lost ?? 0), 1 + Number(lost ?? 0)]);
      }
      say(`  ${JOBS} jobs, of which ${again} ran again; ${events.join(", ")}`);
      expect(events.indexOf("is queued")).toBeLessThan(events.indexOf("mended"));
      if (side === "caller") expect(events.indexOf("runs")).toBeLessThan(events.indexOf("mended"));
    }),
  );
});
