/** A redis-server of the test's own: on a free port, in a temporary folder, ended with the test. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DistributedExecutor,
  type DistributedOptions,
  DistributedWorker,
  type WorkerOptions,
} from "@asyncio-ts/distributed";
import { findProgram, freePort } from "@asyncio-ts/testkit/installed";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe } from "vitest";
import type * as Work from "../workers/work.js";

/** The server: that of the environment, or Redis, or Valkey. */
export const program: string | undefined =
  process.env["ASYNCIO_TS_REDIS"] ?? findProgram("redis-server") ?? findProgram("valkey-server");
const isNode = !("Bun" in globalThis) && !("Deno" in globalThis);

/** A group of tests that need no Redis. */
export const withoutRedis: typeof describe.only = describe.skipIf(!isNode) as never;
/** A group of tests that need Redis. */
export const suite: typeof describe.only = describe.skipIf(program === undefined || !isNode) as never;
/** Stands in the title of such a group. */
export const unless: string = !isNode
  ? " (skipped: the package is for Node)"
  : program === undefined
    ? " (skipped: neither redis-server nor valkey-server is installed)"
    : "";

export class RedisServer {
  readonly port: number;
  private readonly folder: string = mkdtempSync(join(tmpdir(), "asyncio-ts-distributed-"));
  private readonly args: readonly string[];
  private child: ChildProcess | undefined = undefined;

  private constructor(port: number, args: readonly string[]) {
    this.port = port;
    this.args = args;
  }

  static async start(...args: readonly string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), args);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** The folder that the server runs in. */
  get path(): string {
    return this.folder;
  }

  async start(): Promise<void> {
    const options = ["--port", String(this.port), "--bind", "127.0.0.1", "--save", "", ...this.args];
    const child = spawn(program as string, options, {
      cwd: this.folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.child = child;
    let output = "";
    await new Promise<void>((resolve, reject) => {
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        if (output.includes("Ready to accept connections")) resolve();
      });
      child.on("exit", () => reject(new Error(output)));
    });
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  }

  async end(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** test/workers/work.ts, as build-programs.ts has built it. */
export const work: URL = new URL("../dist/work.js", import.meta.url);

/** The server of a test file, with executors and workers of a new queue for each test. */
export class Fixture {
  queue = "";
  redis!: Redis;
  private server!: RedisServer;
  private count = 0;
  private readonly open: { shutdown(options?: object): PromiseLike<void> }[] = [];

  constructor() {
    beforeAll(async () => {
      if (unless !== "") return;
      this.server = await RedisServer.start();
      this.redis = new Redis(this.server.url);
    });
    afterEach(async () => {
      // The last first: executors before their workers.
      for (let one = this.open.pop(); one !== undefined; one = this.open.pop()) {
        await one.shutdown({ timeout: 0, grace: 0 });
      }
      this.queue = `queue-${++this.count}`;
    });
    afterAll(async () => {
      if (unless !== "") return;
      this.redis.disconnect();
      await this.server.end();
    });
    this.queue = "queue-0";
  }

  get url(): string {
    return this.server.url;
  }

  pool(options: Partial<DistributedOptions> = {}): DistributedExecutor<typeof Work, unknown> {
    const pool = new DistributedExecutor<typeof Work>({
      queue: this.queue,
      connection: this.url,
      ...options,
    });
    this.open.push(pool);
    return pool;
  }

  async worker(options: Partial<WorkerOptions> = {}): Promise<DistributedWorker> {
    const worker = new DistributedWorker(work, {
      queue: this.queue,
      connection: this.url,
      isolation: "task",
      concurrency: 4,
      ...options,
    });
    this.open.push(worker);
    await worker.ready();
    return worker;
  }

  /** The lease of the worker that had the job ends: the next worker that starts finds the job stalled. */
  async workerIsDead({ id }: { readonly id: string }): Promise<void> {
    const key = `bull:${this.queue}`;
    await this.redis.del(`${key}:${id}:lock`, `${key}:stalled-check`);
    await this.redis.sadd(`${key}:stalled`, id);
  }

  /** Waits until a list in Redis has so many entries: what jobs have noted with `note()`. */
  async noted(key: string, count = 1): Promise<string[]> {
    for (;;) {
      const entries = await this.redis.lrange(key, 0, -1);
      if (entries.length >= count) return entries;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

export function isAlive(pid: number): boolean {
  try {
    // A process that has ended, but whose parent has not looked, is still there in name.
    if (/\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"))) return false;
  } catch {
    // No such process, or not Linux.
  }
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
