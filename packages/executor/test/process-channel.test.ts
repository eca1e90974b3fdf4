import * as childProcess from "node:child_process";
import { EventEmitter } from "node:events";
import { BrokenExecutorError, ProcessPoolExecutor } from "@asyncio-ts/executor";
import { sleep } from "@asyncio-ts/task";
import { rejectionOf } from "@asyncio-ts/testkit";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { shared } from "../src/shared.js";
import { work } from "./support/pools.js";
import type * as Work from "./workers/work.js";

const { getBuiltinModule } = process;

afterEach(() => {
  vi.restoreAllMocks();
});

/** Has each process be started with a program that does not exist. */
function breakProcesses(): void {
  const fork = (module: string, args: string[], options: childProcess.ForkOptions): unknown =>
    childProcess.fork(module, args, { ...options, execPath: "/there/is/no/node" });
  vi.spyOn(process, "getBuiltinModule").mockImplementation(((name: string) =>
    name === "node:child_process"
      ? { ...childProcess, fork }
      : getBuiltinModule.call(process, name)) as typeof getBuiltinModule);
}

it("a process that can't be started fails the jobs, and leaves nothing on this process", async () => {
  await using pool = new ProcessPoolExecutor<typeof Work>(work, { maxWorkers: 1 });
  await sleep(0); // the loop that has begun to run has a listener too
  const before = process.listenerCount("exit");
  breakProcesses();
  const error = await rejectionOf(pool.submit("add", 1, 2));
  expect(error).toBeInstanceOf(BrokenExecutorError);
  expect(String(error)).toMatch(/could not be started|ENOENT/);
  expect(process.listenerCount("exit")).toBe(before);
  vi.restoreAllMocks();
  expect(await pool.submit("add", 1, 2)).toBe(3);
});

/** A child process that the test plays. */
class PlayedChild extends EventEmitter {
  pid: number | undefined = 1_000_000_001;
  connected = true;
  /** The answer of `kill()`. */
  obeys = true;
  readonly log: string[] = [];
  channel: object | undefined = {
    ref: () => this.log.push("channel.ref"),
    unref: () => this.log.push("channel.unref"),
  };

  kill(signal = "SIGTERM"): boolean {
    this.log.push(signal);
    return this.obeys;
  }

  send(message: unknown, sent: () => void): void {
    this.log.push(`send ${JSON.stringify(message)}`);
    sent();
  }

  ref(): void {
    this.log.push("ref");
  }

  unref(): void {
    this.log.push("unref");
  }

  disconnect(): void {
    this.log.push("disconnect");
    this.connected = false;
    this.emit("disconnect");
  }

  /** The process exits; what it has sent before may still be under way. */
  exits(code: number | null, signal: string | null = null): void {
    this.emit("exit", code, signal);
  }
}

describe("a child process", () => {
  /** Connects to a played child, by a copy of the module if `runtime` is another one. */
  async function connect(runtime?: "deno") {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const child = new PlayedChild();
    const events: string[] = [];
    const here = process;
    const getModule = (name: string): unknown =>
      name === "node:child_process"
        ? { ...childProcess, fork: () => child }
        : getBuiltinModule.call(here, name);
    if (runtime === undefined) vi.spyOn(process, "getBuiltinModule").mockImplementation(getModule as never);
    else {
      vi.resetModules();
      vi.stubGlobal(
        "process",
        Object.create(here, {
          versions: { value: { ...here.versions, [runtime]: "2.0.0" } },
          getBuiltinModule: { value: getModule },
        }),
      );
      onTestFinished(() => {
        vi.unstubAllGlobals();
        vi.resetModules();
      });
    }
    const { ProcessChannel } = await import("../src/process-channel.js");
    const channel = new ProcessChannel(
      "file:///work.js",
      {},
      {
        received: (message) => events.push(`received ${message?.type}`),
        lost: (error) => events.push(`lost ${(error as Error).name}`),
        failed: (error) => events.push(`failed ${String(error)}`),
        ended: (how, bySignal) => events.push(`${how}${bySignal ? " by a signal" : ""}`),
      },
    );
    return { child, events, channel };
  }

  it("has ended when its last messages have been read, which come after its exit", async () => {
    const { child, events } = await connect();
    child.exits(3);
    child.emit("message", { type: "value", value: 1 });
    expect(events).toEqual(["received value"]);
    child.disconnect();
    expect(events).toEqual(["received value", "ended with exit code 3"]);
    child.emit("disconnect");
    expect(events.length).toBe(2);
  });

  it("has ended when it has exited, if its channel was closed before", async () => {
    const { child, events } = await connect();
    child.disconnect();
    expect(events).toEqual([]);
    child.exits(null, "SIGKILL");
    expect(events).toEqual(["was killed by SIGKILL by a signal"]);
  });

  it("that closes no channel after its exit, as in Deno, has time for its last messages", async () => {
    for (const [code, signal, time, how] of [
      [3, null, 5000, "ended with exit code 3"],
      [null, "SIGTERM", 500, "was killed by SIGTERM by a signal"],
    ] as const) {
      const { child, events } = await connect("deno");
      child.exits(code, signal);
      vi.advanceTimersByTime(time - 1);
      await new Promise(setImmediate);
      expect(child.log).toEqual([]);
      vi.advanceTimersByTime(1);
      // What has arrived by then is read before.
      child.emit("message", { type: "ready" });
      await new Promise(setImmediate);
      expect(child.log).toEqual(["disconnect"]);
      expect(events).toEqual(["received ready", how]);
    }
  });

  it("that closes its channel in time is not disconnected, in Deno either", async () => {
    const { child, events } = await connect("deno");
    child.exits(3);
    vi.advanceTimersByTime(5000);
    child.disconnect();
    await new Promise(setImmediate);
    expect(child.log).toEqual(["disconnect"]);
    const other = await connect("deno");
    other.child.disconnect();
    other.child.exits(0);
    expect([vi.getTimerCount(), events, other.events]).toEqual([
      0,
      ["ended with exit code 3"],
      ["ended with exit code 0"],
    ]);
  });

  it("that there is not ends at once, and once", async () => {
    const { child, events } = await connect();
    child.pid = undefined;
    child.emit("error", new Error("no such file"));
    const told = ["failed Error: no such file", "could not be started"];
    expect([child.log, events]).toEqual([["disconnect"], told]);

    const unconnected = await connect();
    unconnected.child.pid = undefined;
    unconnected.child.connected = false;
    unconnected.child.emit("error", new Error("no such file"));
    expect([unconnected.child.log, unconnected.events]).toEqual([[], told]);
  });

  it("may have an error and live on", async () => {
    const { child, events } = await connect();
    child.emit("error", new Error("can't be signalled"));
    expect([child.log, events]).toEqual([[], ["failed Error: can't be signalled"]]);
    child.exits(0);
    child.disconnect();
    expect(events.at(-1)).toBe("ended with exit code 0");
  });

  it("may send what can't be read, and nothing", async () => {
    const { child, events } = await connect();
    child.emit("message", { envelope: new Uint8Array([255, 1, 2]) });
    child.emit("message", null);
    expect(events).toEqual([expect.stringMatching(/^lost \w*Error$/), "received undefined"]);
    child.disconnect();
    child.exits(0);
  });

  it("is asked to end once, and killed if it does not within the time of grace", async () => {
    const kill = vi.spyOn(process, "kill").mockImplementation(() => {
      throw new Error("no such process");
    });
    const { child, channel } = await connect();
    channel.kill();
    channel.kill();
    vi.advanceTimersByTime(499);
    expect(child.log).toEqual(["SIGTERM"]);
    vi.advanceTimersByTime(1);
    expect([child.log, kill.mock.calls]).toEqual([["SIGTERM", "SIGKILL"], []]);
    child.exits(null, "SIGKILL");
    child.disconnect();

    // As in Deno, where a child takes only one signal.
    const other = await connect();
    other.child.obeys = false;
    other.channel.kill();
    vi.advanceTimersByTime(500);
    expect(kill.mock.calls).toEqual([[1_000_000_001, "SIGKILL"]]);
    other.child.pid = undefined;
    other.child.exits(null, "SIGKILL");
    other.child.disconnect();
    kill.mockRestore();
  });

  it("is not killed if it ends in time", async () => {
    const { child, channel } = await connect();
    channel.kill();
    child.exits(0);
    vi.advanceTimersByTime(1000);
    expect(child.log).toEqual(["SIGTERM"]);
    child.disconnect();
  });

  it("ends with this process if it is held, and this process listens only as long as there is one", async () => {
    const before = process.listeners("exit");
    const [first, second] = [await connect(), await connect()];
    const listeners = process.listeners("exit").filter((listener) => !before.includes(listener));
    expect(listeners.length).toBe(1);
    first.channel.release();
    (listeners[0] as () => void)();
    expect([first.child.log, second.child.log]).toEqual([["unref", "channel.unref"], ["SIGKILL"]]);
    // Bun has no such methods of the channel.
    first.child.channel = undefined;
    first.channel.hold();
    expect(first.child.log.slice(2)).toEqual(["ref"]);
    (listeners[0] as () => void)();
    expect(first.child.log.slice(3)).toEqual(["SIGKILL"]);
    for (const { child } of [first, second]) {
      child.disconnect();
      child.exits(0);
    }
    expect(process.listeners("exit")).toEqual(before);
  });

  it("tells its own pool's worker that it has started and exited", async () => {
    const told: unknown[] = [];
    shared.child = (...child) => told.push(child);
    onTestFinished(() => (shared.child = undefined));
    const { child, channel } = await connect();
    channel.send({ type: "close" });
    expect(child.log).toEqual([expect.stringMatching(/^send /)]);
    child.exits(0);
    expect(told).toEqual([[1_000_000_001, true]]);
    child.disconnect();
    expect(told.slice(1)).toEqual([[1_000_000_001, false]]);
  });
});
