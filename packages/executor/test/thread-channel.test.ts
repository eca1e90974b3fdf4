import { EventEmitter } from "node:events";
import * as workerThreads from "node:worker_threads";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";

const { getBuiltinModule } = process;

/** A thread that the test plays. */
class PlayedThread extends EventEmitter {
  readonly log: string[] = [];
  readonly entry: URL | string;
  readonly options: workerThreads.WorkerOptions;

  constructor(entry: URL | string, options: workerThreads.WorkerOptions) {
    super();
    this.entry = entry;
    this.options = options;
    started.push(this);
  }

  postMessage({ type }: { type: string }, transfer: readonly unknown[] | undefined): void {
    this.log.push(transfer === undefined ? type : `${type}, moving ${transfer.length}`);
  }

  ref(): void {
    this.log.push("ref");
  }

  unref(): void {
    this.log.push("unref");
  }

  async terminate(): Promise<void> {
    this.log.push("terminate");
  }
}

let started: PlayedThread[] = [];

afterEach(() => {
  started = [];
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** Connects to a played thread in such a runtime. */
async function connect(process: object = {}, options: workerThreads.WorkerOptions = {}) {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const here = globalThis.process;
  const getModule = (name: string): unknown =>
    name === "node:worker_threads"
      ? { ...workerThreads, Worker: PlayedThread }
      : getBuiltinModule.call(here, name);
  vi.resetModules();
  vi.stubGlobal(
    "process",
    Object.create(here, {
      versions: { value: { node: "20.19.0" } },
      execArgv: { value: [] },
      getBuiltinModule: { value: getModule },
      ...Object.fromEntries(Object.entries(process).map(([name, value]) => [name, { value }])),
    }),
  );
  const events: string[] = [];
  const { ThreadChannel } = await import("../src/thread-channel.js");
  const channel = new ThreadChannel("file:///work.js", options, {
    received: (message) => events.push(`received ${message?.type}`),
    lost: (error) => events.push(`lost ${String(error)}`),
    failed: (error) => events.push(`failed ${String(error)}`),
    ended: (how, bySignal) => events.push(`${how} ${bySignal}`),
  });
  const thread = started.at(-1) as PlayedThread;
  return { channel, events, thread };
}

describe("a thread", () => {
  it("runs the entry of workers, which gets the module and the options", async () => {
    const { thread } = await connect({}, { env: { A: "1" } });
    expect(String(thread.entry)).toMatch(/worker-entry\.js$/);
    expect(thread.options).toEqual({ env: { A: "1" }, argv: ["file:///work.js"] });
  });

  it("imports the entry in a program that itself comes from no file", async () => {
    const { thread } = await connect({ execArgv: ["--no-warnings", "--input-type=module"] });
    expect(thread.entry).toMatch(/^import\("file:.*worker-entry\.js"\)$/);
    expect(thread.options).toEqual({ argv: ["file:///work.js"], eval: true });
  });

  it("that has options of its own does not inherit those of the program", async () => {
    const { thread } = await connect({ execArgv: ["--input-type=module"] }, { execArgv: [] });
    expect(thread.entry).toBeInstanceOf(URL);
  });

  it("tells what it sends, what ends it, and that it has ended", async () => {
    const { channel, events, thread } = await connect();
    thread.emit("message", { type: "ready" });
    thread.emit("message", null);
    thread.emit("messageerror", new Error("unreadable"));
    thread.emit("error", new Error("uncaught"));
    thread.emit("exit", 3);
    expect(events).toEqual([
      "received ready",
      "received undefined",
      "lost Error: unreadable",
      "failed Error: uncaught",
      "ended with exit code 3 false",
    ]);
    channel.release();
    channel.hold();
    channel.send({ type: "close" });
    channel.send({ type: "run", name: "f", args: [] }, [new ArrayBuffer(1)]);
    expect(thread.log).toEqual(["unref", "ref", "close", "run, moving 1"]);
  });

  it("is terminated at once when it has loaded its module, and in Deno before, too", async () => {
    const { channel, thread } = await connect();
    thread.emit("message", { type: "ready" });
    channel.kill();
    expect(thread.log).toEqual(["terminate"]);
    const deno = await connect({ versions: { deno: "2.0.0" } });
    deno.channel.kill();
    expect(deno.thread.log).toEqual(["terminate"]);
  });

  it("that is loading is asked to exit, and terminated after the time of grace", async () => {
    const { channel, thread } = await connect();
    channel.kill();
    vi.advanceTimersByTime(499);
    expect(thread.log).toEqual(["close"]);
    vi.advanceTimersByTime(1);
    expect(thread.log).toEqual(["close", "terminate"]);
    const other = await connect();
    other.channel.kill();
    other.thread.emit("exit", 0);
    vi.advanceTimersByTime(500);
    expect(other.thread.log).toEqual(["close"]);
  });
});
