/** Many jobs on several workers, among failures, cancellations, deaths of workers and a restart of Redis. */
import { DistributedExecutor, type RemoteJob } from "@asyncio-ts/distributed";
import { isCancelled } from "@asyncio-ts/future";
import { gather } from "@asyncio-ts/task";
import { Redis } from "ioredis";
import { expect } from "vitest";
import type * as Work from "../workers/work.js";
import { Command } from "./command.js";
import { RedisServer } from "./redis.js";

const WORKERS = 4;
const CONCURRENCY = 8;
const ATTEMPTS = 10;

export async function chaos(count: number): Promise<void> {
  const server = await RedisServer.start("--appendonly", "yes");
  const options = ["--concurrency", String(CONCURRENCY), "--lease", "3000", "--quiet"];
  const start = (): Promise<Command> => Command.start(server.url, "chaos", ...options);
  let workers = await Promise.all(Array.from({ length: WORKERS }, start));
  const pool = new DistributedExecutor<typeof Work>({
    queue: "chaos",
    connection: server.url,
    // However long the restart takes.
    connectTimeout: 100_000,
  });
  const redis = new Redis(server.url);
  redis.on("error", () => {}); // Redis is restarted.
  const failsOnce = (i: number): boolean => i % 10 === 3;
  const isUnwanted = (i: number): boolean => i % 20 === 7;
  try {
    const jobs: RemoteJob<number>[] = Array.from({ length: count }, (_, i) =>
      pool.submitWith({ attempts: ATTEMPTS }, "effect", server.url, i, failsOnce(i)),
    );
    const done = async (part: number): Promise<unknown> => await jobs[Math.floor(count * part)];
    await done(0.1);
    for (const [i, job] of jobs.entries()) if (isUnwanted(i)) job.cancel();
    await done(0.3);
    const [first, second, ...rest] = workers as [Command, Command, ...Command[]];
    await Promise.all([first.end("SIGKILL"), second.end("SIGKILL")]);
    workers = [...rest, await start()];
    await done(0.6);
    await server.stop();
    await server.start();

    const ends = await gather(jobs, { returnExceptions: true });
    for (const [i, end] of ends.entries()) {
      if (!isUnwanted(i) || !isCancelled(end)) expect(end, String(end)).toBe(i);
    }
    expect(ends.filter((end) => isCancelled(end)).length).toBeGreaterThan(0);

    const effects = await redis.hgetall("effects");
    let repeated = 0;
    for (const [i, end] of ends.entries()) {
      const times = Number(effects[i] ?? 0);
      const least = isCancelled(end) ? 0 : failsOnce(i) ? 2 : 1;
      expect(times).toBeGreaterThanOrEqual(least);
      repeated += Math.max(0, times - Math.max(1, least));
    }
    // What ran on the workers that were killed, or while Redis was gone.
    expect(repeated).toBeLessThanOrEqual((2 + 2 * WORKERS) * CONCURRENCY);

    await pool.shutdown();
    expect(await Promise.all(workers.map((worker) => worker.end("SIGTERM")))).toEqual(workers.map(() => 0));
    expect(await redis.keys("*:asyncio:*")).toEqual([]);
    expect(
      String(await redis.client("LIST"))
        .trim()
        .split("\n"),
    ).toHaveLength(1);
  } finally {
    redis.disconnect();
    await pool.shutdown({ timeout: 0 });
    await Promise.all(workers.map((worker) => worker.end("SIGKILL")));
    await server.end();
  }
}
