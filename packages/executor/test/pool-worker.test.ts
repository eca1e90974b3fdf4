import { AsyncLocalStorage } from "node:async_hooks";
import { ContextVar } from "@asyncio-ts/contextvars";
import { BrokenExecutorError, type Job, move } from "@asyncio-ts/executor";
import { Future } from "@asyncio-ts/future";
import { createTask, currentSignal, currentTask, run, sleep } from "@asyncio-ts/task";
import { rejectionOf } from "@asyncio-ts/testkit";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { threadCloneCheck } from "../src/clone.js";
import { pack } from "../src/packed.js";
import { type AnyJob, PoolWorker, type PoolWorkerOwner } from "../src/pool-worker.js";
import { Services } from "../src/services.js";
import { PlayedPool, PlayedWorker } from "./support/played-workers.js";

/** A worker whose pool only records what it is told. */
function open() {
  const told: unknown[] = [];
  const owner: PoolWorkerOwner = {
    services: undefined,
    workerReady: () => told.push("ready"),
    workerUnfit: (_worker, error) => told.push(["unfit", error.message, error.cause]),
    workerFree: (_worker, jobFailed) => told.push(["free", jobFailed]),
    workerDied: (_worker, job, error, bySignal) =>
      told.push(["died", job?.functionName, error.message, error.cause, bySignal]),
    workerEnded: () => told.push("ended"),
    serviceEnded: () => told.push("service ended"),
  };
  const connected: PlayedWorker[] = [];
  const worker = new PoolWorker(owner, (events) => {
    const channel = new PlayedWorker(events);
    connected.push(channel);
    return channel;
  });
  return { told, worker, channel: connected[0] as PlayedWorker };
}

/** Has `performance.now()` say what the test sets, in milliseconds. */
function setClock(): { now: number } {
  const clock = { now: 1000 };
  const spy = vi.spyOn(performance, "now").mockImplementation(() => clock.now);
  onTestFinished(() => spy.mockRestore());
  return clock;
}

function stopTimers(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
}

/** A job for `add(1, 2)`, which no pool runs. */
function jobOf(args: readonly unknown[] = [1, 2]): AnyJob {
  const pool = new PlayedPool();
  return pool.add("add", [args])[0] as AnyJob;
}

/** Two iterations of Node's loop, after which the end of a worker is told. */
async function twoIterations(): Promise<void> {
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  await new Promise(setImmediate);
}

describe("a worker", () => {
  it("is connected outside of the task that needs it", async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    await run(async () => {
      const pool = new PlayedPool();
      const event = new Future<void>();
      pool.before.start = () => {
        seen.push(storage.getStore());
        setImmediate(() => {
          seen.push(storage.getStore(), currentTask()?.name);
          event.setResult();
        });
      };
      const submit = async () => {
        pool.add("add", [[1, 2]]);
        await event;
        seen.push(storage.getStore(), currentTask()?.name);
      };
      await createTask(() => storage.run("of the task", submit), { name: "submitting" });
    });
    expect(seen).toEqual([undefined, undefined, undefined, "of the task", "submitting"]);
  });

  it("tells its pool that it is ready, has done a job, or has failed one", () => {
    const { told, worker, channel } = open();
    channel.isReady();
    const jobs = [jobOf(), jobOf()];
    expect(worker.run(jobs[0] as AnyJob)).toBe(true);
    expect(worker.job === jobs[0]).toBe(true);
    expect(jobs[0]?.worker).toBe(worker);
    channel.returns(3);
    expect([worker.job, jobs[0]?.worker, jobs[0]?.result()]).toEqual([undefined, undefined, 3]);
    worker.run(jobs[1] as AnyJob);
    channel.throws(new RangeError("no"));
    expect(jobs[1]?.exception()).toEqual(new RangeError("no"));
    expect(told).toEqual(["ready", ["free", false], ["free", true]]);
    expect(channel.news()).toEqual(["run add(1,2)", "run add(1,2)"]);
  });

  it("is free before its job is settled, so that it need not wait", () => {
    const pool = new PlayedPool();
    const [first, second] = pool.add("add", [[1], [2]]) as [AnyJob, AnyJob];
    const worker = pool.worker();
    worker.isReady();
    const settled = vi.spyOn(first, "returned").mockImplementation(() => {
      expect([second.running(), pool.statistics().completed]).toEqual([true, 1]);
    });
    worker.returns();
    expect(settled).toHaveBeenCalledOnce();
  });

  it("says how long it has been ready, and how much of that it was busy", () => {
    const clock = setClock();
    const { worker, channel } = open();
    clock.now += 5;
    expect(worker.times(clock.now)).toEqual({ alive: 0, busy: 0 });
    channel.isReady();
    clock.now += 10;
    expect(worker.times(clock.now)).toEqual({ alive: 10, busy: 0 });
    worker.run(jobOf());
    clock.now += 20;
    expect(worker.times(clock.now)).toEqual({ alive: 30, busy: 20 });
    channel.returns();
    clock.now += 40;
    expect(worker.times(clock.now)).toEqual({ alive: 70, busy: 20 });
    worker.run(jobOf());
    clock.now += 80;
    void worker.kill();
    expect(worker.times(clock.now)).toEqual({ alive: 150, busy: 100 });
  });

  it("that ends without a job was not busy at its end", () => {
    const clock = setClock();
    const { worker, channel } = open();
    channel.isReady();
    clock.now += 10;
    worker.close();
    expect(worker.times(clock.now)).toEqual({ alive: 10, busy: 0 });
    channel.exits();
  });

  it("lets this process go while it rests, and calls back when that has lasted too long", () => {
    stopTimers();
    const { worker, channel } = open();
    channel.isReady();
    const events: string[] = [];
    worker.rest(50, () => events.push("time is over"));
    expect(channel.news()).toEqual(["release"]);
    vi.advanceTimersByTime(49);
    expect(events).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(events).toEqual(["time is over"]);
    worker.rest(50, () => events.push("again"));
    worker.wake();
    worker.run(jobOf());
    vi.advanceTimersByTime(100);
    expect(events).toEqual(["time is over"]);
    expect(channel.news()).toEqual(["release", "hold", "run add(1,2)"]);
  });

  it("rests outside of the task that gave it a job, also when it is asked to exit", async () => {
    const storage = new AsyncLocalStorage<string>();
    const { worker, channel } = open();
    channel.isReady();
    const seen: unknown[] = [];
    const set = vi.spyOn(globalThis, "setTimeout").mockImplementation((() => {
      seen.push(storage.getStore());
      return { unref() {} };
    }) as never);
    onTestFinished(() => set.mockRestore());
    const kill = vi.spyOn(channel, "kill").mockImplementation(() => seen.push(storage.getStore()));
    storage.run("of the task", () => {
      worker.rest(50, () => {});
      worker.close();
      void worker.kill();
    });
    expect(kill).toHaveBeenCalledOnce();
    expect(seen).toEqual([undefined, undefined, undefined]);
  });

  it("is terminated if it does not exit within the time of grace", () => {
    stopTimers();
    const { worker, channel } = open();
    channel.isReady();
    worker.rest(50, () => expect.unreachable());
    channel.news();
    worker.close();
    expect(channel.news()).toEqual(["hold", "close"]);
    vi.advanceTimersByTime(499);
    expect(channel.news()).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(channel.news()).toEqual(["kill"]);
  });

  it("is not terminated if it exits in time, and its end is told when its handles are closed", async () => {
    stopTimers();
    const { told, worker, channel } = open();
    channel.isReady();
    worker.close();
    channel.exits("ended with exit code 0");
    expect(told).toEqual(["ready"]);
    vi.advanceTimersByTime(1000);
    await twoIterations();
    expect(told).toEqual(["ready", "ended"]);
    expect(channel.news()).toEqual(["hold", "close"]);
  });

  it("can be killed, and its end be awaited", async () => {
    const { told, worker, channel } = open();
    channel.isReady();
    const job = jobOf();
    worker.run(job);
    channel.news();
    const killed = worker.kill().then(() => told.push("killed"));
    expect(channel.news()).toEqual(["hold", "kill"]);
    expect([worker.job, job.worker]).toEqual([undefined, undefined]);
    await new Promise(setImmediate);
    expect(told).toEqual(["ready"]);
    channel.exits("was killed by SIGTERM", true);
    await killed;
    expect(told).toEqual(["ready", "ended", "killed"]);
  });

  it("that is ending says nothing any more", async () => {
    const { told, worker, channel } = open();
    channel.isReady();
    const job = jobOf();
    worker.run(job);
    void worker.kill();
    const error = pack(new Error("late"), threadCloneCheck);
    channel.isReady();
    channel.returns(3);
    channel.throws(new Error("late"));
    channel.reports(1);
    channel.says({ type: "broken", error });
    channel.says({ type: "uncaught", error });
    channel.calls(1, "look");
    expect([told, job.done()]).toEqual([["ready"], false]);
    expect(channel.sent.map(({ type }) => type)).toEqual(["run"]);
  });

  it("that is ending still says which processes it leaves behind", () => {
    const kill = vi.spyOn(process, "kill").mockReturnValue(true);
    onTestFinished(() => kill.mockRestore());
    const { worker, channel } = open();
    channel.says({ type: "child", pid: 1_000_001, alive: true });
    channel.says({ type: "child", pid: 1_000_002, alive: true });
    channel.isReady();
    void worker.kill();
    channel.says({ type: "child", pid: 1_000_003, alive: true });
    channel.says({ type: "child", pid: 1_000_002, alive: false });
    expect(kill).not.toHaveBeenCalled();
    channel.exits();
    expect(kill.mock.calls).toEqual([
      [1_000_001, "SIGKILL"],
      [1_000_003, "SIGKILL"],
    ]);
  });

  it("ignores messages of the user's own, and a result without a job", () => {
    const { told, worker, channel } = open();
    channel.isReady();
    for (const message of [null, { type: "mine" }, {}]) channel.says(message as never);
    channel.returns(3);
    channel.throws(new Error("of no job"));
    channel.reports(1);
    channel.calls(1, "look");
    channel.says({ type: "cancel", id: 1, message: undefined });
    expect([told, worker.job]).toEqual([["ready"], undefined]);
    expect(channel.log).toEqual([]);
  });

  it("can't be used if it can't load the module, and says why", () => {
    const { told, channel } = open();
    const cause = new SyntaxError("unexpected token");
    channel.says({ type: "broken", error: pack(cause, threadCloneCheck) });
    expect(told).toEqual([
      ["unfit", "the module can't be loaded in a thread: unexpected token", expect.any(SyntaxError)],
    ]);
  });
});

describe("the death of a worker", () => {
  it("names what it was doing, and how it ended", () => {
    const starting = open();
    starting.channel.exits("ended with exit code 9");
    expect(starting.told).toEqual([
      ["died", undefined, "a thread could not be started: it ended with exit code 9", undefined, false],
    ]);

    const idle = open();
    idle.channel.isReady();
    idle.channel.exits("was killed by SIGINT", true);
    expect(idle.told.at(-1)).toEqual([
      "died",
      undefined,
      "an idle thread of the pool was killed by SIGINT",
      undefined,
      true,
    ]);

    const busy = open();
    busy.channel.isReady();
    const job = jobOf();
    busy.worker.run(job);
    busy.channel.exits();
    expect(busy.told.at(-1)).toEqual([
      "died",
      "add",
      "add() was not finished: its thread ended with exit code 1",
      undefined,
      false,
    ]);
    expect([busy.worker.job, job.worker]).toEqual([undefined, undefined]);
  });

  it("is told once, and ends its timers", async () => {
    stopTimers();
    const { told, worker, channel } = open();
    channel.isReady();
    worker.rest(50, () => told.push("time is over"));
    channel.exits();
    vi.advanceTimersByTime(100);
    await twoIterations();
    expect(told).toEqual(["ready", expect.arrayContaining(["died"])]);
  });

  it("has the first error as its cause", () => {
    const { told, channel } = open();
    const [first, second] = [new Error("first"), new Error("second")];
    channel.events.failed(first);
    channel.events.failed(second);
    channel.events.lost(second);
    expect(channel.news()).toEqual(["kill"]);
    channel.exits();
    const message = "a thread could not be started: it died of an uncaught error: first";
    expect(told).toEqual([["died", undefined, message, first, false]]);
  });

  it("may come from a message that can't be received", () => {
    const { told, worker, channel } = open();
    channel.isReady();
    worker.run(jobOf());
    const error = new Error("in a circle");
    channel.events.lost(error);
    channel.events.failed(new Error("later"));
    channel.exits();
    const message = "add() was not finished: its thread sent a message that can't be received: in a circle";
    expect(told.at(-1)).toEqual(["died", "add", message, error, false]);
  });

  it("may come from an error outside of its job, which the worker has sent", () => {
    const { told, channel } = open();
    channel.isReady();
    channel.says({ type: "uncaught", error: pack(new RangeError("early"), threadCloneCheck) });
    channel.exits();
    const message = "an idle thread of the pool died of an uncaught error: early";
    expect(told.at(-1)).toEqual(["died", undefined, message, new RangeError("early"), false]);
  });

  it("may come from its memory, or from something thrown that is no error", () => {
    for (const [thrown, how] of [
      [Object.assign(new Error("out"), { code: "ERR_WORKER_OUT_OF_MEMORY" }), "ran out of memory"],
      [null, "died of an uncaught error: null"],
      [undefined, "died of an uncaught error: undefined"],
    ] as const) {
      const { told, channel } = open();
      channel.isReady();
      channel.events.failed(thrown);
      channel.exits();
      expect(told.at(-1)).toEqual(["died", undefined, `an idle thread of the pool ${how}`, thrown, false]);
    }
  });
});

describe("what a worker can't be sent", () => {
  /** Gives a job to a worker that refuses the next message. */
  async function refusedBy(refusal: unknown, args: readonly unknown[], job = jobOf(args)) {
    const { told, worker, channel } = open();
    channel.isReady();
    channel.refusal = refusal;
    expect(worker.run(job)).toBe(false);
    expect([worker.job, job.worker, told, channel.log]).toEqual([undefined, undefined, ["ready"], []]);
    const error = (await rejectionOf(job)) as Error;
    expect(error).toBeInstanceOf(TypeError);
    if (refusal !== undefined) expect(error.cause).toBe(refusal);
    return error.message;
  }

  it("fails the job with what the runtime says, if no part of it is at fault", async () => {
    expect(await refusedBy(new Error("too much"), [1])).toBe(
      "the arguments of add() can't be sent to a thread: too much",
    );
    expect(await refusedBy("thrown text", [1])).toBe(
      "the arguments of add() can't be sent to a thread: thrown text",
    );
  });

  it("names the argument", async () => {
    expect(await refusedBy(new Error("no"), [1, { done: () => 1 }])).toBe(
      "argument 2 of add() can't be sent to a thread: done is a function",
    );
  });

  it("names the context variable that goes with the arguments", async () => {
    const job = jobOf([1]);
    job.sent = [
      ["fine", 1],
      ["callback", () => 1],
    ];
    expect(await refusedBy(new Error("no"), [1], job)).toBe(
      "the value of ContextVar 'callback', which goes with the arguments of add() can't be sent to a thread: " +
        "it is a function; make the variable without { transfer: true }, or set it to what can be cloned",
    );
  });

  it("is named by the runtime if all context variables can be cloned", async () => {
    const job = jobOf([1]);
    job.sent = [["fine", 1]];
    expect(await refusedBy(new Error("no"), [1], job)).toBe(
      "the arguments of add() can't be sent to a thread: no",
    );
  });

  it("includes memory that was moved before, also if the runtime would send it", async () => {
    const bytes = new Uint8Array(8);
    structuredClone(bytes, { transfer: [bytes.buffer] });
    const job = jobOf([move(bytes)]);
    const { worker, channel } = open();
    channel.isReady();
    // As some versions of Node, which fail only when they receive it.
    const send = vi.spyOn(channel, "send").mockImplementation(() => {});
    expect(worker.run(job)).toBe(false);
    expect(send).not.toHaveBeenCalled();
    const error = (await rejectionOf(job)) as Error;
    expect(error.message).toMatch(/^argument 1 of add\(\) can't be sent to a thread: it can't be cloned: /);
    expect(error.cause).toEqual(new TypeError("memory was moved already"));
  });

  it("includes memory that was moved, and not what can still be", async () => {
    const { port1, port2 } = new MessageChannel();
    onTestFinished(() => port2.close());
    const gone = new ArrayBuffer(8);
    structuredClone(gone, { transfer: [gone] });
    // A port can't be cloned, only moved.
    const job = jobOf([move(port1), move(gone)]);
    const { worker, channel } = open();
    channel.isReady();
    expect(worker.run(job)).toBe(false);
    expect(((await rejectionOf(job)) as Error).message).toMatch(/^argument 2 of add\(\) can't be sent/);
  });

  it("is nothing if the arguments, what moves and the variables can be sent", () => {
    const { worker, channel } = open();
    channel.isReady();
    const bytes = new Uint8Array(8);
    const job = jobOf([move(bytes)]);
    job.sent = [["user", "Ann"]];
    expect(worker.run(job)).toBe(true);
    expect(bytes.length).toBe(0);
    expect(channel.sent).toEqual([
      { type: "run", name: "add", args: [new Uint8Array(8)], variables: [["user", "Ann"]] },
    ]);
    expect([job.args, job.moved, job.sent]).toEqual([[], [], undefined]);
    worker.run(jobOf());
    // Without the property: a message with variables takes longer to a process.
    expect(channel.sent[1]).toStrictEqual({ type: "run", name: "add", args: [1, 2] });
  });
});

describe("the calls of a worker", () => {
  it("are refused by a pool without services", async () => {
    const pool = new PlayedPool();
    pool.add("total", [[1]]);
    const worker = pool.worker();
    worker.isReady();
    worker.calls(7, "lookup", 1);
    expect(worker.news()).toEqual(["run total(1)", "refusal"]);
    expect(worker.sent[1]).toMatchObject({
      id: 7,
      isCancelled: false,
      error: {
        error: {
          message:
            "total() called lookup(), but <a pool, 1 workers, 1 jobs running, 0 queued> has no services; " +
            "make the pool with { services: { lookup } }",
        },
      },
    });
  });

  it("are cancelled with their job, in a turn that finds the pool and the job in order", async () => {
    const events: string[] = [];
    await run(async () => {
      const begun = new Future<void>();
      const hang = async (): Promise<void> => {
        // A listener of the signal runs within the call that cancels the task.
        currentSignal().addEventListener("abort", () => events.push(`aborted: ${pool}, ${jobs[0]}`));
        begun.setResult();
        try {
          await new Future<void>();
        } catch (error) {
          events.push(String(error));
        }
      };
      const pool = new PlayedPool({}, new Services({ hang }, "a test"));
      const jobs = pool.add("wait", [[1], [2]]);
      const worker = pool.worker();
      worker.isReady();
      worker.calls(1, "hang");
      await begun;
      worker.returns("left");
      expect(events).toEqual([]);
      for (let i = 0; i < 3; i++) await sleep(0);
      pool.cancelAll("enough");
      worker.exits();
    });
    expect(events).toEqual([
      "aborted: <a pool, 1 workers, 1 jobs running, 0 queued>, <Job 'wait' finished>",
      "CancelledError: the job that called it has ended",
    ]);
  });

  it("may be cancelled one at a time, and a call of a service that ended is none", async () => {
    await run(async () => {
      const events: string[] = [];
      const hang = async (name: string): Promise<string> => {
        try {
          return await (name === "returns" ? Promise.resolve(name) : new Future<string>());
        } catch (error) {
          events.push(`${name}: ${String(error)}`);
          throw error;
        }
      };
      const pool = new PlayedPool({}, new Services({ hang }, "a test"));
      const [job] = pool.add("wait", [[1]]) as [AnyJob];
      const worker = pool.worker();
      worker.isReady();
      worker.calls(1, "hang", "first");
      worker.calls(2, "hang", "second");
      await sleep(0);
      worker.says({ type: "cancel", id: 2, message: "no longer" });
      worker.says({ type: "cancel", id: 3, message: "unknown" });
      // Messages of the user's own.
      for (const message of [null, { type: "mine", id: 1 }]) worker.says(message as never);
      for (let i = 0; i < 3; i++) await sleep(0);
      expect(events).toEqual(["second: CancelledError: no longer"]);
      worker.calls(4, "hang", "returns");
      for (let i = 0; i < 3; i++) await sleep(0);
      expect(worker.sent.slice(1)).toEqual([{ type: "answer", id: 4, value: "returns" }]);
      job.cancel();
      for (let i = 0; i < 3; i++) await sleep(0);
      expect(events.slice(1)).toEqual(["first: CancelledError: the job that called it has ended"]);
      worker.exits();
    });
  });
});

it("the result of a service that can't be sent, for no reason that is found, is refused with the runtime's", async () => {
  await run(async () => {
    const pool = new PlayedPool({}, new Services({ give: async () => "text" }, "a test"));
    const [job] = pool.add("wait", [[1]]) as [AnyJob];
    const worker = pool.worker();
    worker.isReady();
    worker.refusal = new RangeError("too long");
    worker.calls(1, "give");
    for (let i = 0; i < 3; i++) await sleep(0);
    expect(worker.sent.slice(1)).toMatchObject([
      {
        type: "refusal",
        id: 1,
        isCancelled: false,
        error: {
          error: { message: "the result of the service give() can't be sent to a thread: too long" },
        },
      },
    ]);
    worker.returns();
    await job;
  });
});

it("a job sends the variables of the code that submitted it", async () => {
  const user = new ContextVar<string>("user", { transfer: true });
  await run(async () => {
    const pool = new PlayedPool();
    user.set("Ann");
    const [job] = pool.add("add", [[1]]) as [Job<unknown>];
    expect(job.sent).toEqual([["user", "Ann"]]);
    pool.worker().isReady();
    expect(pool.worker().sent).toEqual([
      { type: "run", name: "add", args: [1], variables: [["user", "Ann"]] },
    ]);
    expect(job.sent).toBe(undefined);
    pool.worker().returns();
  });
});

it("a played worker that dies breaks its job", async () => {
  const pool = new PlayedPool();
  const [job] = pool.add("add", [[1]]) as [AnyJob];
  pool.worker().isReady();
  pool.worker().exits();
  expect(await rejectionOf(job)).toBeInstanceOf(BrokenExecutorError);
});
