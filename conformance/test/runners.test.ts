import { coroutine } from "@asyncio-ts/coroutine";
import { type ExceptionContext, type Future, isCancelled } from "@asyncio-ts/future";
import { EventLoop, getRunningLoop, newEventLoop } from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { createTask, ensureFuture, KeyboardInterrupt, run, Runner, sleep, type Task } from "@asyncio-ts/task";
import { afterEach, describe, expect, it, vi } from "vitest";

import { SimulatedHost } from "@asyncio-ts/testkit/hosts";
import { awaited, bothKinds, type Program, runVirtual } from "@asyncio-ts/testkit";

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A loop on virtual time that writes down what is reported to its exception handler. */
function reportingLoop(reports: ExceptionContext[]): EventLoop {
  const loop = virtualLoop();
  loop.setExceptionHandler((_loop, context) => void reports.push(context));
  // The length of a turn depends on the machine, and is not what is looked for.
  loop.slowCallbackDuration = Infinity;
  return loop;
}

describe.each(bothKinds)("run with %s", ({ body, define, runProgram }) => {
  it("gives the result of the body", async () => {
    const result = await runProgram(function* () {
      yield* awaited(sleep(0));
      return 42;
    });
    expect(result).toBe(42);
  });

  it("throws what the body throws", async () => {
    const running = runProgram(function* () {
      yield* awaited(sleep(0));
      throw new RangeError("spam");
    });
    await expect(running).rejects.toEqual(new RangeError("spam"));
  });

  it("is refused inside a task, and runs nothing", () =>
    runProgram(function* () {
      const record: string[] = [];
      const inner = run(async () => void record.push("ran"), { loopFactory: virtualLoop });
      const refusal = ensureFuture(
        inner.then(
          () => "ran",
          (error: Error) => error.message,
        ),
      );
      expect(yield* awaited(refusal)).toMatch(/run\(\) was called inside <Task/);
      yield* awaited(sleep(10));
      expect(record).toEqual([]);
    }));

  it("cancels the tasks that are left, and waits until they have stopped", async () => {
    const record: string[] = [];
    let leftover: Task<void> | undefined;
    const result = await runProgram(function* () {
      leftover = createTask(
        define(function* () {
          try {
            yield* awaited(sleep(100));
          } finally {
            yield* awaited(sleep(100));
            record.push("cleaned up");
          }
        })(),
      );
      yield* awaited(sleep(0));
      return 123;
    });
    expect(result).toBe(123);
    expect(leftover?.cancelled()).toBe(true);
    expect(record).toEqual(["cleaned up"]);
  });

  it("reports the error of a task that was left, and gives the result of the body all the same", async () => {
    const reports: ExceptionContext[] = [];
    let leftover: Task<void> | undefined;
    const result = await runVirtual(
      body(function* () {
        leftover = createTask(
          define(function* () {
            try {
              yield* awaited(sleep(100));
            } catch (error) {
              throw new RangeError("clean-up failed", { cause: error });
            }
          })(),
          { name: "leftover" },
        );
        yield* awaited(sleep(0));
        return 123;
      }),
      { loopFactory: () => reportingLoop(reports) },
    );
    expect(result).toBe(123);
    expect(leftover?.done()).toBe(true);
    expect(reports.map(({ message }) => message)).toEqual([
      expect.stringMatching(/Task 'leftover'.*run\(\) was shutting down/),
    ]);
    expect(reports[0]?.exception).toBe(leftover?.exception());
    expect(reports[0]?.future).toBe(leftover);
    expect(leftover?.exception()).toMatchObject({ message: "clean-up failed" });
  });

  it("runs on the loop that the factory makes, and asks for one only", async () => {
    const loop = virtualLoop();
    const factory = vi.fn(() => loop);
    const inside = await runVirtual(
      body(function* () {
        yield* awaited(sleep(0));
        return getRunningLoop();
      }),
      { loopFactory: factory },
    );
    expect(inside).toBe(loop);
    expect(factory.mock.calls).toEqual([[]]);
    expect(loop.isClosed()).toBe(true);
  });

  it("makes an ordinary loop with newEventLoop", async () => {
    const loop = await runVirtual(
      body(function* () {
        return getRunningLoop();
      }),
      { loopFactory: newEventLoop },
    );
    expect(loop).toBeInstanceOf(EventLoop);
    expect(loop.isClosed()).toBe(true);
  });

  it("debug mode is what the option says, or else ASYNCIO_DEBUG", async () => {
    const modes: boolean[] = [];
    for (const variable of ["", "1"]) {
      vi.stubEnv("ASYNCIO_DEBUG", variable);
      for (const options of [{}, { debug: true }, { debug: false }]) {
        modes.push(
          await runVirtual(
            body(function* () {
              return getRunningLoop().debug;
            }),
            options,
          ),
        );
      }
    }
    expect(modes).toEqual([false, true, false, true, true, false]);
  });

  it("does not look into the result of the body", async () => {
    const looked: PropertyKey[] = [];
    const result = new Proxy(
      {},
      {
        get(_target, key) {
          // Whatever is returned from an async function is asked whether it is a promise.
          if (key !== "then") looked.push(key);
          return undefined;
        },
      },
    );
    const got = await runProgram(function* () {
      return result;
    });
    expect(looked).toEqual([]);
    expect(got).toBe(result);
  });

  it("SIGINT cancels a body that never waits for a future, and comes out as KeyboardInterrupt", async () => {
    const host = new SimulatedHost();
    const record: string[] = [];
    const running = runVirtual(
      body(function* () {
        getRunningLoop().callLater(100, () => host.raise("SIGINT"));
        try {
          for (;;) {
            host.work(1);
            yield* awaited(sleep(0));
          }
        } catch (error) {
          record.push(isCancelled(error) ? "cancelled" : "failed");
          throw error;
        }
      }),
      { loopFactory: host.newLoop },
    );
    await expect(running).rejects.toBeInstanceOf(KeyboardInterrupt);
    expect(record).toEqual(["cancelled"]);
    expect(host.now()).toBeLessThan(110);
  });

  it("SIGINT cancels the future that the body waits for, and comes out as KeyboardInterrupt", async () => {
    const host = new SimulatedHost();
    let future: Future<void> | undefined;
    const running = runVirtual(
      body(function* () {
        const loop = getRunningLoop();
        future = loop.createFuture<void>();
        loop.callLater(100, () => host.raise("SIGINT"));
        yield* awaited(future);
      }),
      { loopFactory: host.newLoop },
    );
    await expect(running).rejects.toBeInstanceOf(KeyboardInterrupt);
    expect(future?.cancelled()).toBe(true);
    expect(host.now()).toBe(100);
  });

  it("runs also where there are no signals", async () => {
    const host = new SimulatedHost();
    host.onSignal = () => () => {};
    const main = function* (): Program<string> {
      yield* awaited(sleep(0));
      return "done";
    };
    expect(await runVirtual(body(main), { loopFactory: host.newLoop })).toBe("done");
  });
});

describe("run", () => {
  it.each<[string, unknown]>([
    ["a number", 1],
    ["a string", "main"],
    ["undefined", undefined],
    ["a promise, which runs already", Promise.resolve(42)],
    ["a future", newEventLoop().createFuture<number>()],
  ])("does not take %s for a body", async (_name, main) => {
    const factory = vi.fn(virtualLoop);
    const running = run(main as () => Promise<void>, { loopFactory: factory });
    await expect(running).rejects.toThrow(TypeError);
    await expect(running).rejects.toThrow(/run\(\) needs a coroutine object/);
  });

  it("ends an async generator that a task left behind was iterating, and throws the error of the body", async () => {
    const record: string[] = [];
    const reports: ExceptionContext[] = [];
    async function* endless(): AsyncGenerator<number> {
      try {
        for (;;) {
          yield 1;
          await sleep(1000);
        }
      } finally {
        record.push("generator closed");
      }
    }
    let lazy: Task<void> | undefined;
    const running = run(
      async () => {
        lazy = createTask(async () => {
          try {
            for await (const one of endless()) expect(one).toBe(1);
          } catch {
            throw new RangeError("clean-up failed");
          }
        });
        await sleep(10);
        throw new Error("of the body");
      },
      { loopFactory: () => reportingLoop(reports) },
    );
    await expect(running).rejects.toThrow("of the body");
    expect(lazy?.done()).toBe(true);
    expect(record).toEqual(["generator closed"]);
    expect(reports.map(({ exception }) => (exception as Error).message)).toEqual(["clean-up failed"]);
  });
});

describe("Runner", () => {
  it.each([true, false])("with the option debug: %s its loop is in that mode", async (debug) => {
    vi.stubEnv("ASYNCIO_DEBUG", debug ? "" : "1");
    const runner = new Runner({ debug });
    expect(runner.getLoop().debug).toBe(debug);
    await runner.close();
  });

  it("takes its loop from the factory", async () => {
    const loop = virtualLoop();
    const runner = new Runner({ loopFactory: () => loop });
    expect(runner.getLoop()).toBe(loop);
    await runner.close();
  });

  it("runs several bodies on one loop, closes it in the end, and gives nothing after that", async () => {
    const runner = new Runner({ loopFactory: virtualLoop });
    const main = coroutine(async (name: string) => {
      await sleep(10);
      return [name, getRunningLoop()] as const;
    });
    const results = await runner.with(async () => [await runner.run(main("a")), await runner.run(main("b"))]);
    expect(results.map(([name]) => name)).toEqual(["a", "b"]);
    const [loopA, loopB] = results.map(([, loop]) => loop);
    expect(loopA).toBe(loopB);
    expect(loopA?.isClosed()).toBe(true);
    expect(loopA?.time()).toBe(20);
    expect(() => runner.getLoop()).toThrow(/Runner is closed/);
    await expect(runner.run(main("c"))).rejects.toThrow(/Runner is closed/);
  });

  it("close() closes its loop, and does nothing a second time", async () => {
    const runner = new Runner({ loopFactory: virtualLoop });
    const loop = runner.getLoop();
    await runner.close();
    expect(loop.isClosed()).toBe(true);
    await runner.close();
    expect(loop.isClosed()).toBe(true);
    expect(() => runner.getLoop()).toThrow(/Runner is closed/);
  });

  it("cannot run anything in a second with()", async () => {
    const record: number[] = [];
    const runner = new Runner({ loopFactory: virtualLoop });
    const main = coroutine(async (n: number) => void record.push(n));
    await runner.with(() => runner.run(main(1)));
    await expect(runner.with(() => runner.run(main(2)))).rejects.toThrow(/Runner is closed/);
    expect(record).toEqual([1]);
  });

  it.each<[string, (runner: Runner) => unknown]>([
    ["a number", () => 123],
    ["a future", (runner) => runner.getLoop().createFuture()],
  ])("does not take %s for a body", async (_name, make) => {
    const runner = new Runner({ loopFactory: virtualLoop });
    const running = runner.run(make(runner) as () => Promise<void>);
    await expect(running).rejects.toThrow(TypeError);
    await expect(running).rejects.toThrow(/run\(\) needs a coroutine object/);
    await runner.close();
  });

  it("is refused inside its own task; in debug mode the coroutine that was not run is reported", async () => {
    const reports: ExceptionContext[] = [];
    const record: string[] = [];
    const never = coroutine(async function never() {
      record.push("ran");
    });
    const runner = new Runner({ loopFactory: () => reportingLoop(reports), debug: true });
    await runner.run(async () => {
      await expect(runner.run(never())).rejects.toThrow(/run\(\) was called inside <Task/);
    });
    await runner.close();
    expect(record).toEqual([]);
    expect(reports.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^coroutine never\(\) was never awaited/),
    ]);
  });
});
