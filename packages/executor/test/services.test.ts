import { ContextVar } from "@asyncio-ts/contextvars";
import { coroutine } from "@asyncio-ts/coroutine";
import { Future, isCancelled } from "@asyncio-ts/future";
import { slot } from "@asyncio-ts/future/internal";
import { getRunningLoop, newEventLoop } from "@asyncio-ts/loop";
import { createTask, currentSignal, currentTask, gather, run, sleep } from "@asyncio-ts/task";
import { awaited, bothKinds, type Program } from "@asyncio-ts/testkit";
import { move, type ServiceFunctions, ThreadPoolExecutor, toThread } from "@asyncio-ts/executor";
import { describe, expect, it } from "vitest";
import { until } from "@asyncio-ts/testkit/until";
import { Marks, pools } from "./support/pools.js";
import type * as Callers from "./workers/callers.js";

const callers = new URL("dist/callers.js", import.meta.url);

const everything = pools.flatMap((pool) =>
  bothKinds.map((of) => ({ kind: pool.kind, Pool: pool.Pool, inKind: String(of), of })),
);

describe.each(everything)("services of a $kind pool, as $inKind", ({ kind, Pool, of }) => {
  const open = (services?: ServiceFunctions, maxWorkers = 1) =>
    new Pool<typeof Callers>(callers, { maxWorkers, ...(services && { services }) });

  /** A service that waits for ever, one that returns once it does, and what they record. */
  function hangingServices(events: string[] = []) {
    const begun: Future<void> = new Future();
    return {
      events,
      begun,
      hang: of.body(function* (): Program<void> {
        events.push("begun");
        begun.setResult();
        try {
          yield* awaited(new Future<void>());
        } catch (error) {
          events.push(`${(error as Error).name}: ${(error as Error).message}`);
          throw error;
        }
      }),
      hanging: of.body(function* (): Program<void> {
        yield* awaited(begun);
      }),
    };
  }

  it("give a job their results, in the order of their ends", async () => {
    await run(async () => {
      const lookup = of.body(function* (id: number): Program<string> {
        yield* awaited(sleep(0));
        return `item ${id}`;
      });
      await using pool = open({ lookup });
      expect(await pool.submit("relay", "lookup", 7)).toBe("item 7");
      expect(await gather(pool.map("relay", ["lookup", "lookup"], [1, 2] as never))).toEqual([
        "item 1",
        "item 2",
      ]);
    });
  });

  it("are tasks of the loop that the job belongs to, named after the service and the job", async () => {
    // Made outside of run(), where the pool belongs to the default loop.
    const found: unknown[] = [];
    const look = of.body(function* (): Program<void> {
      found.push(currentTask()?.name, getRunningLoop());
      yield* awaited(sleep(0));
      found.push(currentTask()?.name);
    });
    await using pool = open({ look });
    await run(async () => {
      await pool.submit("relay", "look");
      expect(found).toEqual(["look() for relay()", getRunningLoop(), "look() for relay()"]);
    });
  });

  it("see a copy of the context variables of the code that submitted the job", async () => {
    const user = new ContextVar("user", { default: "nobody" });
    await run(async () => {
      user.set("pool");
      const ask = of.body(function* (name: string): Program<string> {
        const before = user.get();
        user.set(`service for ${name}`);
        yield* awaited(sleep(0));
        return `${before}, ${user.get()}`;
      });
      await using pool = open({ ask });
      const submit = (name: string) => async () => {
        user.set(name);
        const job = pool.submit("relay", "ask", name as never);
        user.set("later");
        return [await job, user.get()];
      };
      expect(await gather([submit("Ann"), submit("Bob")])).toEqual([
        ["Ann, service for Ann", "later"],
        ["Bob, service for Bob", "later"],
      ]);
    });
  });

  it("throw errors that arrive in the job with name, message, stack and properties, and come back with it", async () => {
    await run(async () => {
      const fail = of.body(function* (): Program<void> {
        yield* awaited(sleep(0));
        throw Object.assign(new TypeError("no such row"), { code: "E_ROW" });
      });
      await using pool = open({ fail });
      const seen = await pool.submit("seeError", "fail");
      expect(seen).toMatchObject({
        name: "TypeError",
        message: "no such row",
        code: "E_ROW",
        isTypeError: true,
      });
      expect(seen?.stack).toMatch(/^TypeError: no such row\n +at .*services\.test/);
      const back = await pool.submit("relay", "fail").catch((error: unknown) => error as Error);
      expect(back).toBeInstanceOf(TypeError);
      expect(back).toMatchObject({ message: "no such row", code: "E_ROW" });
    });
  });

  it("that are cancelled give the job a CancelledError, which fails it and does not cancel it", async () => {
    await run(async () => {
      const cancelled = of.body(function* (): Program<void> {
        currentTask()?.cancel("not today");
        yield* awaited(sleep(0));
      });
      await using pool = open({ cancelled });
      expect(await pool.submit("seeError", "cancelled")).toMatchObject({
        name: "CancelledError",
        message: "not today",
        isCancelled: true,
      });
      const job = pool.submit("relay", "cancelled");
      const error = await job.catch((error: unknown) => error as Error);
      expect([String(error), job.cancelled(), isCancelled(error)]).toEqual([
        "CancelledError: not today",
        false,
        false,
      ]);
    });
  });

  it("are cancelled with the job", async () => {
    await run(async () => {
      const { events, begun, ...services } = hangingServices();
      await using pool = open(services);
      const job = pool.submit("wait");
      job.addDoneCallback(() => events.push("job done"));
      await begun;
      job.cancel("enough");
      await until(() => events.length === 3, "the service has been cancelled");
      expect(events.sort()).toEqual([
        "CancelledError: the job that called it has ended",
        "begun",
        "job done",
      ]);
      expect(pool.statistics()).toMatchObject({ cancelled: 1, failed: 0, running: 0 });
    });
  });

  it.each([
    ["returns", "leave", "left"],
    ["fails", "leaveAndFail", "Error: after the call"],
    [
      "ends its worker",
      "leaveAndExit",
      `BrokenExecutorError: leaveAndExit() was not finished: its ${kind} ended with exit code 3`,
    ],
  ] as const)("are cancelled when the job %s without waiting for them", async (_what, name, outcome) => {
    await run(async () => {
      const { events, begun: _, ...services } = hangingServices();
      await using pool = open(services);
      expect(String(await pool.submit(name).catch((error: unknown) => error))).toBe(outcome);
      await until(() => events.length === 2, "the service has been cancelled");
      expect(events).toEqual(["begun", "CancelledError: the job that called it has ended"]);
      // And the worker, or the next one, is fit for another job.
      await pool.submit("callAfterwards");
    });
  });

  it("of other jobs go on when a job is cancelled", async () => {
    await run(async () => {
      const { events, begun, ...services } = hangingServices();
      const passed: Future<string> = new Future();
      const inOther: Future<void> = new Future();
      const pass = of.body(function* (): Program<string> {
        inOther.setResult();
        return yield* awaited(passed);
      });
      await using pool = open({ ...services, pass }, 2);
      const other = pool.submit("relay", "pass");
      const job = pool.submit("wait");
      await gather([begun, inOther]);
      job.cancel();
      await until(() => events.length === 2, "the service has been cancelled");
      passed.setResult("passed");
      expect(await other).toBe("passed");
    });
  });

  it("are cancelled by the signal of a call, which rejects at once with its reason", async () => {
    await run(async () => {
      const { events, begun: _, ...services } = hangingServices();
      await using pool = open(services);
      expect(await pool.submit("abort")).toBe("RangeError: changed my mind");
      await until(() => events.length === 2, "the service has been cancelled");
      expect(events).toEqual(["begun", "CancelledError: changed my mind"]);
    });
    await run(async () => {
      const { events, begun: _, ...services } = hangingServices();
      await using pool = open(services);
      expect(await pool.submit("abortWithText")).toBe("enough");
      await until(() => events.length === 2, "the service has been cancelled");
      expect(events).toEqual(["begun", "CancelledError: "]);
    });
  });

  it("are not disturbed by a signal after their answer, and do not begin after it", async () => {
    await run(async () => {
      const events: string[] = [];
      const quick = of.body(function* (): Program<string> {
        events.push("called");
        yield* awaited(sleep(0));
        return "quick";
      });
      await using pool = open({ quick });
      expect(await pool.submit("abortInVain", "quick")).toEqual(["quick", "AbortError"]);
      expect(events).toEqual(["called"]);
    });
  });

  it("are cancelled by a timeout around a task of the worker that waits for them", async () => {
    await run(async () => {
      for (const inWorker of ["async", "generator"] as const) {
        const { events, begun: _, ...services } = hangingServices();
        await using pool = open(services);
        expect(await pool.submit("callInTask", inWorker)).toBe("TimeoutError");
        await until(() => events.length === 2, "the service has been cancelled");
        expect(events[1]).toMatch(/^CancelledError: /);
      }
    });
  });

  it("get what can be cloned; another argument or result is an error that names it", async () => {
    await run(async () => {
      const events: string[] = [];
      const unsendable = of.body(function* (): Program<unknown> {
        events.push("called");
        yield* awaited(sleep(0));
        return { rows: [{ format: () => 1 }] };
      });
      await using pool = open({ unsendable });
      expect(await pool.submit("sendFunction", "unsendable")).toMatchObject({
        isTypeError: true,
        message: `argument 2 of unsendable() can't be sent from its ${kind}: done is a function`,
      });
      expect(events).toEqual([]);
      expect(await pool.submit("seeError", "unsendable")).toMatchObject({
        isTypeError: true,
        message: `the result of the service unsendable() can't be sent to a ${kind}: rows[0].format is a function`,
      });
    });
  });

  it("hold thousands of calls at once, of several jobs", async () => {
    await run(async () => {
      let most = 0;
      let now = 0;
      const twice = of.body(function* (n: number): Program<number> {
        most = Math.max(most, ++now);
        yield* awaited(sleep(1));
        now--;
        return 2 * n;
      });
      await using pool = open({ twice }, 2);
      const count = 4000;
      const sums = await gather(pool.map("flood", ["twice", "twice"], [count, count]));
      expect(sums).toEqual([count * (count - 1), count * (count - 1)]);
      expect([now, most > 100]).toEqual([0, true]);
    });
  });

  it("are waited for by shutdown(), with the job that waits for them", async () => {
    await run(async () => {
      const events: string[] = [];
      const begun: Future<void> = new Future();
      const may: Future<void> = new Future();
      const slow = of.body(function* (): Program<string> {
        begun.setResult();
        yield* awaited(may);
        events.push("service ends");
        return "slow";
      });
      const pool = open({ slow });
      const job = pool.submit("relay", "slow");
      await begun;
      const end = pool.shutdown();
      may.setResult();
      await end;
      events.push("shut down");
      expect([await job, events]).toEqual(["slow", ["service ends", "shut down"]]);
    });
  });

  it("that clean up are waited for by shutdown(), unless its timeout is over", async () => {
    await run(async () => {
      for (const limited of [false, true]) {
        const events: string[] = [];
        const begun: Future<void> = new Future();
        const cleaning: Future<void> = new Future();
        const clean = of.body(function* (): Program<void> {
          begun.setResult();
          try {
            yield* awaited(new Future<void>());
          } finally {
            events.push("cleans up");
            yield* awaited(cleaning);
            events.push("clean");
          }
        });
        const pool = open({ clean });
        const job = pool.submit("relay", "clean");
        await begun;
        job.cancel();
        await until(() => events.length === 1, "it cleans up");
        const end = pool.shutdown(limited ? { timeout: 1 } : {});
        end.addDoneCallback(() => events.push("shut down"));
        if (limited) await end;
        cleaning.setResult();
        await end;
        await until(() => events.length === 3, "all has ended");
        const [second, third] = limited ? ["shut down", "clean"] : ["clean", "shut down"];
        expect(events).toEqual(["cleans up", second, third]);
      }
    });
  });

  it("are cancelled with the job at the end of run(), which waits for them", async () => {
    const { events, begun, ...services } = hangingServices();
    const pool = open(services);
    await run(async () => {
      const job = pool.submit("wait");
      job.addDoneCallback(() => events.push("job done"));
      await until(() => begun.done(), "the service has begun");
    });
    expect(events.slice(0, 2)).toEqual(["begun", expect.stringMatching(/^CancelledError: /)]);
    await pool.shutdown();
    expect(pool.statistics()).toMatchObject({ running: 0, workers: 0 });
  });

  it("of a loop that was closed before they ended do not hold a shutdown", async () => {
    const begun: Future<void> = new Future();
    const stubborn = of.body(function* (): Program<void> {
      begun.setResult();
      yield* awaited(new Promise<void>(() => {}));
    });
    const pool = open({ stubborn });
    const loop = newEventLoop();
    // That the task does not stop may be reported.
    loop.setExceptionHandler(() => {});
    let job: Future<unknown> | undefined;
    await loop.runUntilComplete(async () => {
      job = pool.submit("relay", "stubborn");
      await until(() => begun.done(), "the service has begun");
    });
    loop.close();
    expect(job?.cancelled()).toBe(true);
    await pool.shutdown();
    expect(pool.statistics()).toMatchObject({ running: 0, workers: 0 });
  });

  it("may cancel the job that calls them", async () => {
    await run(async () => {
      let job: Future<unknown> | undefined;
      const aborted: string[] = [];
      const suicide = of.body(function* (): Program<void> {
        // It runs while the service is cancelled.
        currentSignal().addEventListener("abort", () => aborted.push(String(job?.cancel())));
        job?.cancel();
        yield* awaited(sleep(0));
      });
      await using pool = open({ suicide });
      job = pool.submit("relay", "suicide");
      expect(isCancelled(await job.catch((error: unknown) => error))).toBe(true);
      await until(() => aborted.length === 1, "the service is cancelled");
      expect(aborted).toEqual(["false"]);
      expect(pool.statistics()).toMatchObject({ cancelled: 1, running: 0 });
    });
  });

  it("report an error that no job waits for any more", async () => {
    const reported: unknown[] = [];
    await run(async () => {
      getRunningLoop().setExceptionHandler((_loop, { exception }) => void reported.push(String(exception)));
      const begun: Future<void> = new Future();
      const fail = of.body(function* (): Program<void> {
        begun.setResult();
        try {
          yield* awaited(new Future<void>());
        } finally {
          // oxlint-disable-next-line no-unsafe-finally -- it is about this
          throw new Error("while cleaning up");
        }
      });
      await using pool = open({ fail });
      const job = pool.submit("relay", "fail");
      await begun;
      job.cancel();
    });
    expect(reported).toEqual(["Error: while cleaning up"]);
  });
});

describe.each(pools)("calls of jobs in a $kind pool", ({ kind, Pool }) => {
  const open = (services?: ServiceFunctions) =>
    new Pool<typeof Callers, unknown>(callers, { maxWorkers: 1, ...(services && { services }) });

  it("reach plain functions, coroutine functions and methods, which may return futures", async () => {
    await run(async () => {
      const services = {
        plain: (text: string) => `${text}!`,
        method(this: { plain?(text: string): string }, text: string): string {
          return `${this.plain?.(text)}`;
        },
        defined: coroutine(async (text: string) => {
          await sleep(0);
          return `${text}?`;
        }),
        future: (text: string) => createTask(async () => sleep(0, `${text}.`)),
      };
      await using pool = open(services);
      const results = [];
      for (const name of ["plain", "method", "defined", "future"])
        results.push(await pool.submit("relay", name, "a"));
      expect(results).toEqual(["a!", "a!", "a?", "a."]);
    });
  });

  it("and reports alternate", async () => {
    await run(async () => {
      await using pool = open({ twice: (n: number) => 2 * n });
      const job = pool.submit("reportAll", "twice", 4);
      const seen: unknown[] = [];
      for await (const value of job.progress) seen.push(value);
      expect(seen).toEqual([0, 2, 4, 6]);
    });
  });

  it("move memory to a thread and back", async () => {
    await run(async () => {
      const kept: Uint8Array[] = [];
      const back = (bytes: Uint8Array): Uint8Array => {
        kept.push(bytes);
        return move(bytes);
      };
      await using pool = open({ back });
      const expected = kind === "thread" ? [0, 8] : [8, 8];
      expect(await pool.submit("moveThere", "back")).toEqual(expected);
      expect(kept[0]?.length).toBe(kind === "thread" ? 0 : 8);
    });
  });

  it("name the services that there are, if there is none of that name", async () => {
    await run(async () => {
      await using pool = open({ one: () => 1, two: () => 2 });
      for (const name of ["three", "toString", "__proto__"]) {
        expect(await pool.submit("seeError", name)).toMatchObject({
          isTypeError: true,
          message: `seeError() called ${name}(), which is no service; the services: one, two`,
        });
      }
      await using empty = open({});
      expect(await empty.submit("seeError", "one")).toMatchObject({
        message: expect.stringMatching(/: none$/),
      });
    });
  });

  it("say what to write if the pool has no services", async () => {
    await run(async () => {
      await using pool = open();
      expect(await pool.submit("seeError", "lookup")).toMatchObject({
        name: "Error",
        message:
          `seeError() called lookup(), but <${Pool.name} of callers.js, 1 workers, 1 jobs running, 0 queued> has no ` +
          "services; make the pool with { services: { lookup } }",
      });
    });
  });

  it("are refused outside of a job, and once the worker is told to exit", async () => {
    await run(async () => {
      const pool = open({ f: () => 1 });
      await pool.submit("callAfterwards");
      expect(await pool.submit("errorAfterwards")).toBe(
        "f() was called while its worker had no job; wait for each call before the job returns",
      );
      const marks = new Marks();
      await pool.submit("callAtTheEnd", marks.file);
      await pool.shutdown();
      expect(marks.text).toMatch(
        /f\(\) was called after its worker was told to exit: the pool was shut down, or has had no job for long/,
      );
    });
  });

  it("fail their job if the result can't be received", async () => {
    await run(async () => {
      const circle = (): Error => {
        const error = new Error("in a circle");
        error.cause = error;
        return error;
      };
      await using pool = open({ circle });
      const outcome = await pool.submit("relay", "circle").catch((error: unknown) => error);
      // Some versions of Node write such an error, but can't read it.
      expect((outcome as Error).message).toMatch(
        /^in a circle$|^the result of a service that relay\(\) called can't be received$/,
      );
      expect(await pool.submit("seeError", "none")).toMatchObject({ name: "TypeError" });
    });
  });

  it("with wrong arguments are errors that say what to write", async () => {
    await using pool = open({ f: () => 1 });
    expect(await pool.submit("misuse")).toEqual([
      'TypeError: call() needs the name of a service, got 1; write call("lookup", id)',
      'TypeError: callWith() takes its options as an object, such as {}, got "f"',
      "TypeError: callWith() needs a signal that is an AbortSignal, got 1",
      'TypeError: call() needs the name of a service, got undefined; write call("lookup", id)',
      'TypeError: call() needs the name of a service, got ""; write call("lookup", id)',
    ]);
  });

  it("that a synchronous job makes are cancelled as it returns", async () => {
    await run(async () => {
      const ends: string[] = [];
      const task = async (): Promise<void> => {
        try {
          await sleep(100_000);
        } catch (error) {
          ends.push((error as Error).name);
          throw error;
        }
      };
      await using pool = open({ task });
      expect(await pool.submit("compute", "task")).toBe("computed");
      // It may be cancelled before its first step.
      await pool.shutdown();
      expect(["", "CancelledError"]).toContain(ends.join());
    });
  });
});

describe("the option services", () => {
  const make = (services: unknown) =>
    new ThreadPoolExecutor(callers, { services: services as ServiceFunctions });

  it("must be an object of functions", () => {
    expect(() => make(1)).toThrow(
      new TypeError("new ThreadPoolExecutor() needs services to be an object of functions, got 1"),
    );
    expect(() => make(new Map([["lookup", () => 1]]))).toThrow(
      "to be an object of functions, got an object of class Map",
    );
    expect(() => make([])).toThrow("to be an object of functions, got an object of class Array");
    expect(() => make({ lookup: "x" })).toThrow(
      new TypeError('new ThreadPoolExecutor() needs services.lookup to be a function, got "x"'),
    );
  });

  it("needs the package of tasks", () => {
    const { makeTask } = slot;
    slot.makeTask = undefined;
    try {
      expect(() => make({ f: () => 1 })).toThrow(
        /^new ThreadPoolExecutor\(\) got services, which run as tasks; import @asyncio-ts\/task as well/,
      );
    } finally {
      slot.makeTask = makeTask;
    }
  });

  it("is not for toThread(), whose jobs are told so", async () => {
    await run(async () => {
      const job = toThread<typeof Callers, "relay">(callers, "relay", "lookup");
      await expect(job).rejects.toThrow(/has no services/);
    });
  });
});
