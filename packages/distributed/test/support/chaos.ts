/**
 * Chaos: jobs of all kinds on workers in processes of their own, while some jobs are cancelled, workers are killed and
 * replaced, and Redis is restarted. A seed gives the kinds, and when what happens, counted in jobs that have ended.
 *
 * In the end this holds, or `chaos` throws:
 *   - each job has ended as its kind says, or is cancelled if it was told to be
 *   - each run that a job's function counted had its event `active`; a job that has ended by itself has one at least,
 *     and one that was removed before it was ever active has none
 *   - a job was active again only since it was queued again, and not more often than it may be
 *   - no process, no connection and no key of the queue is left, beside those of jobs that have ended
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { DistributedExecutor, type RemoteJob } from "@asyncio-ts/distributed";
import { gather, sleep } from "@asyncio-ts/task";
import { RandomNumbers } from "@asyncio-ts/testkit";
import { QueueEvents } from "bullmq";
import { Redis } from "ioredis";
import { Command } from "./command.js";
import { isAlive, RedisServer } from "./redis.js";
import { longText } from "./long-text.js";
import type * as Counted from "../workers/counted.js";

const QUEUE = "chaos";
const counted = fileURLToPath(new URL("../dist/counted.js", import.meta.url));
/** How often a job may lose its worker, or fail: where the machine is slow, one that lives may be taken for dead. */
const RETRIES = 100;

type Kind = keyof typeof Counted;

interface Submitted {
  readonly n: number;
  readonly kind: Kind;
  readonly id: string;
  readonly job: RemoteJob<unknown>;
  /** Told to be cancelled. */
  cancelled: boolean;
  /** Its events. */
  active: number;
  waiting: number;
  /** Removed from the queue before it was active. */
  neverBegan: boolean;
}

export interface ChaosOptions {
  readonly jobs: number;
  readonly workers: number;
  /** The workers that are killed. */
  readonly kills: number;
  readonly lease: number;
}

export interface ChaosReport {
  readonly returned: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Jobs that were removed before they had begun. */
  readonly neverBegan: number;
  /** Runs beyond the first one of their job. */
  readonly again: number;
  /** Keys that say that a job is to be cancelled, and are left for a while. */
  readonly requestsLeft: number;
}

export async function chaos(seed: number, options: ChaosOptions): Promise<ChaosReport> {
  const server = await RedisServer.start("--appendonly", "yes", "--appendfsync", "always");
  const run = new Run(seed, options, server);
  try {
    return await run.all();
  } catch (error) {
    throw new Error(`chaos(${seed}, ${JSON.stringify(options)}): ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    await run.close();
    await server.end();
  }
}

class Run {
  private readonly random: RandomNumbers;
  private readonly options: ChaosOptions;
  private readonly server: RedisServer;
  private readonly redis: Redis;
  private readonly events: QueueEvents;
  private readonly pool: DistributedExecutor<typeof Counted>;
  private readonly submitted: Map<string, Submitted> = new Map();
  /** The steps to take once so many jobs have ended. */
  private readonly plan: Map<number, (() => void)[]> = new Map();
  private readonly workers: Command[] = [];
  private readonly killed: Promise<unknown>[] = [];
  private ended = 0;

  constructor(seed: number, options: ChaosOptions, server: RedisServer) {
    this.random = new RandomNumbers(seed);
    this.options = options;
    this.server = server;
    const connection = { host: "127.0.0.1", port: server.port, maxRetriesPerRequest: null };
    this.redis = new Redis(connection);
    this.redis.on("error", () => {});
    this.events = new QueueEvents(QUEUE, { connection, lastEventId: "0-0" });
    this.events.on("error", () => {});
    this.pool = new DistributedExecutor({ queue: QUEUE, connection: server.url, retries: RETRIES });
  }

  async all(): Promise<ChaosReport> {
    const { options, plan, server } = this;
    const { jobs, kills } = options;
    this.watch();
    for (let i = 0; i < options.workers; i++) this.workers.push(await this.startWorker());
    for (let i = 0; i < kills; i++) {
      this.at(Math.floor((jobs * (i + 1)) / (kills + 3)), () => this.killed.push(this.kill(i)));
    }
    this.at(Math.floor((jobs * (kills + 1)) / (kills + 3)), () => this.killed.push(this.restart(server)));
    for (let n = 0; n < jobs; n++) this.submit(n);
    for (const step of plan.get(0) ?? []) step();
    const all = [...this.submitted.values()];
    await gather(
      all.map(({ job }) => job),
      { returnExceptions: true },
    );
    await Promise.all(this.killed);
    await this.eventsAreRead();
    const report = await this.check(all);
    return { ...report, requestsLeft: await this.leavesNothing() };
  }

  /** Ends what a failed run leaves. */
  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.end("SIGKILL")));
    await this.pool.shutdown({ timeout: 0 });
    await this.events.close();
    this.redis.disconnect();
  }

  private at(ended: number, step: () => void): void {
    const steps = this.plan.get(ended) ?? [];
    this.plan.set(ended, [...steps, step]);
  }

  private async startWorker(): Promise<Command> {
    const { url } = this.server;
    const where = ["--redis", url, "--queue", QUEUE];
    const how = ["--isolation", "task", "--concurrency", "8", "--lease", String(this.options.lease)];
    const command = new Command(counted, ...where, ...how, "--quiet");
    await command.printed(" ready: ");
    return command;
  }

  private async kill(i: number): Promise<void> {
    await this.workers[i]?.end("SIGKILL");
    this.workers[i] = await this.startWorker();
  }

  private async restart(server: RedisServer): Promise<void> {
    await server.stop();
    await server.start();
  }

  private watch(): void {
    const of = ({ jobId }: { jobId: string }): Submitted | undefined => this.submitted.get(jobId);
    this.events.on("waiting", (event) => {
      const submitted = of(event);
      if (submitted !== undefined) submitted.waiting++;
    });
    this.events.on("active", (event) => {
      const submitted = of(event);
      if (submitted === undefined) return;
      submitted.active++;
      if (submitted.kind === "hang") void this.cancelSoon(submitted);
    });
    this.events.on("removed", (event) => {
      const submitted = of(event);
      if (submitted?.active === 0) submitted.neverBegan = true;
    });
  }

  private async cancelSoon(submitted: Submitted): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, submitted.n % 20));
    this.cancel(submitted);
  }

  private submit(n: number): void {
    const { random, pool, server } = this;
    const roll = random.below(100);
    const kind: Kind =
      roll < 10
        ? "failOnce"
        : roll < 13
          ? "fail"
          : roll < 15
            ? "hang"
            : roll < 16
              ? "long"
              : roll < 56
                ? "later"
                : "once";
    const id = randomUUID();
    const options = { id, ...(kind === "failOnce" && { attempts: RETRIES }) };
    // Some of the functions take no number.
    const submit = pool.submitWith.bind(pool) as (...call: unknown[]) => RemoteJob<unknown>;
    const job = submit(options, kind, server.url, id, n);
    const submitted = { n, kind, id, job, cancelled: false, active: 0, waiting: 0, neverBegan: false };
    this.submitted.set(id, submitted);
    if (kind !== "hang" && random.oneIn(33)) {
      this.at(random.below(this.options.jobs), () => this.cancel(submitted));
    }
    job.addDoneCallback(() => {
      this.ended++;
      for (const step of this.plan.get(this.ended) ?? []) step();
    });
  }

  private cancel(submitted: Submitted): void {
    if (submitted.job.cancel("chaos")) submitted.cancelled = true;
  }

  /** Waits until the last event of the stream has come here too. */
  private async eventsAreRead(): Promise<void> {
    const mark = randomUUID();
    const read = new Promise<void>((resolve) => {
      this.events.on("cleaned", ({ count }) => {
        if (count === mark) resolve();
      });
    });
    await this.redis.xadd(`bull:${QUEUE}:events`, "*", "event", "cleaned", "count", mark);
    await read;
  }

  private async check(all: readonly Submitted[]): Promise<Omit<ChaosReport, "requestsLeft">> {
    const report = { returned: 0, failed: 0, cancelled: 0, neverBegan: 0, again: 0 };
    for (const submitted of all) {
      const { id, kind, job, active, waiting } = submitted;
      const runs = await this.redis.scard(`effect:${id}`);
      const about = `${kind} ${submitted.n}, ${runs} runs, ${active} times active, ${waiting} times waiting: ${job}`;
      if (job.cancelled()) {
        report.cancelled++;
        assert.ok(submitted.cancelled, `nobody cancelled ${about}`);
      } else {
        if (kind === "fail") {
          report.failed++;
          assert.equal(String(job.exception()), `RangeError: failure of ${submitted.n}`, about);
        } else {
          report.returned++;
          assert.equal(job.exception(), undefined, about);
          assert.equal(job.result(), kind === "long" ? longText(submitted.n) : 2 * submitted.n, about);
        }
        assert.ok(runs >= (kind === "failOnce" ? 2 : 1), `too few runs: ${about}`);
      }
      if (submitted.neverBegan) {
        report.neverBegan++;
        assert.equal(runs, 0, `removed from the queue: ${about}`);
      }
      report.again += Math.max(0, runs - 1);
      assert.ok(runs <= active, `more runs than starts: ${about}`);
      assert.ok(active <= waiting, `started without being queued: ${about}`);
      assert.ok(runs <= 1 + RETRIES, `too many runs: ${about}`);
    }
    return report;
  }

  /** Shuts all down, and returns the number of keys for requests to cancel. */
  private async leavesNothing(): Promise<number> {
    const { redis } = this;
    await this.pool.shutdown();
    for (const worker of this.workers) assert.equal(await worker.end("SIGTERM"), 0, worker.output);
    for (const { pid } of this.workers) assert.ok(!isAlive(Number(pid)), `process ${pid} is left`);
    await this.events.close();
    // Redis may be about to notice that a client has gone.
    let clients: string[] = [];
    for (let i = 0; i < 1000; i++) {
      clients = String(await redis.client("LIST"))
        .trim()
        .split("\n");
      if (clients.length === 1) break;
      await sleep(5);
    }
    assert.equal(clients.length, 1, `connections are left: ${clients.join("\n")}`);

    const key = `bull:${QUEUE}`;
    const finished = new Set(
      [
        await redis.zrange(`${key}:completed`, "0", "-1"),
        await redis.zrange(`${key}:failed`, "0", "-1"),
      ].flat(),
    );
    const names = ["id", "meta", "events", "completed", "failed", "stalled-check", "marker"];
    const own = new Set(names.map((name) => `${key}:${name}`));
    const left = (await redis.keys(`${key}:*`)).filter((name) => {
      const id = name.slice(name.lastIndexOf(":") + 1);
      return (
        !own.has(name) &&
        !(finished.has(id) && [`${key}:${id}`, `${key}:asyncio:result:${id}`].includes(name))
      );
    });
    // Those of a killed worker.
    const requests = left.filter((name) => /:asyncio:(cancelled|confirmed):/.test(name));
    for (const name of requests) assert.notEqual(await redis.pttl(name), -1, `${name} is left for ever`);
    assert.deepEqual(
      left.filter((name) => !requests.includes(name)),
      [],
      "keys are left",
    );
    return requests.length;
  }
}
