/**
 * Played workers: a test plays the workers of a real pool. Nothing starts and nothing takes time, so a test decides
 * the order of events, and sees each thing that the pool does with a worker.
 */
import { type Channel, type ChannelEvents, type Connect } from "../../src/channel.js";
import { threadCloneCheck } from "../../src/clone.js";
import type { FromWorker, ToWorker } from "../../src/messages.js";
import { pack } from "../../src/packed.js";
import { Pool, type PoolLimits } from "../../src/pool.js";
import type { Services } from "../../src/services.js";

/** One worker, and what the pool has done with it. */
export class PlayedWorker implements Channel {
  readonly kind = "thread";
  readonly check: typeof threadCloneCheck = threadCloneCheck;
  /** `run f(1,2)`, `close`, `refusal`, `hold`, `release` or `kill` */
  readonly log: string[] = [];
  readonly sent: ToWorker[] = [];
  /** Thrown by the next `send`. */
  refusal: unknown = undefined;
  readonly events: ChannelEvents;

  constructor(events: ChannelEvents) {
    this.events = events;
  }

  send(message: ToWorker, transfer: readonly object[] = []): void {
    const { refusal } = this;
    this.refusal = undefined;
    if (refusal !== undefined) throw refusal;
    const entry = message.type === "run" ? `run ${message.name}(${message.args.join(",")})` : message.type;
    this.sent.push(structuredClone(message, { transfer: transfer as [] }));
    this.log.push(entry);
  }

  hold(): void {
    this.log.push("hold");
  }

  release(): void {
    this.log.push("release");
  }

  kill(): void {
    this.log.push("kill");
  }

  /** Returns what was done since the last call. */
  news(): string[] {
    return this.log.splice(0);
  }

  says(message: FromWorker | null): void {
    this.events.received(message);
  }

  isReady(): void {
    this.says({ type: "ready" });
  }

  returns(value?: unknown): void {
    this.says({ type: "value", value });
  }

  throws(error: unknown): void {
    this.says({ type: "error", error: pack(error, this.check) });
  }

  reports(value: unknown): void {
    this.says({ type: "progress", value });
  }

  calls(id: number, name: string, ...args: unknown[]): void {
    this.says({ type: "call", id, name, args });
  }

  exits(how = "ended with exit code 1", bySignal = false): void {
    this.events.ended(how, bySignal);
  }
}

/** A pool whose workers a test plays. */
export class PlayedPool extends Pool {
  /** Those that were started, in order. */
  readonly played: PlayedWorker[];
  /** Called before each start; may throw. */
  readonly before: { start: () => void };

  constructor(limits: Partial<PoolLimits> = {}, services?: Services) {
    const played: PlayedWorker[] = [];
    const before = { start: (): void => {} };
    const connect: Connect = (events) => {
      before.start();
      const worker = new PlayedWorker(events);
      played.push(worker);
      return worker;
    };
    const defaults: PoolLimits = { maxWorkers: 1, maxQueue: Infinity, idleTimeout: Infinity };
    super("a pool", { ...defaults, ...limits }, services, connect);
    this.played = played;
    this.before = before;
  }

  /** Returns the worker that was started as the `n`th, from 0. */
  worker(n = 0): PlayedWorker {
    const worker = this.played[n];
    if (worker === undefined) throw new Error(`only ${this.played.length} workers were started`);
    return worker;
  }

  /** Starts and readies all workers. */
  warm(): PlayedWorker[] {
    void this.warmUp();
    for (const worker of this.played) worker.isReady();
    for (const worker of this.played) worker.news();
    return this.played;
  }
}
