import { failureReason } from "@asyncio-ts/future/lowlevel";
import type { Executor } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { fakeLoop } from "@asyncio-ts/testkit/hosts";
import { describe, expect, test } from "vitest";

describe("executors and their jobs", () => {
  /** Takes no jobs, and remembers what it was told. */
  const recorder = (log: unknown[], name: string): Executor<never> => ({
    submit: () => expect.unreachable(),
    shutdown: async (options) => {
      log.push(name, options);
    },
  });

  test("shutdownDefaultExecutor() shuts down each executor once, with the options given", async () => {
    const log: unknown[] = [];
    const { loop, shutdown } = fakeLoop();
    loop.setDefaultExecutor(recorder(log, "default"));
    shutdown.toShutDown.add(recorder(log, "adopted"));
    await loop.shutdownDefaultExecutor({ timeout: 5 });
    await loop.shutdownDefaultExecutor();
    expect(log).toEqual(["default", { timeout: 5 }, "adopted", { timeout: 5 }]);
    expect(() => loop.runInExecutor<{ f(): void }, "f">(null, "f")).toThrow(
      new Error(
        "this event loop has shut down its default executor; call setDefaultExecutor(new ThreadPoolExecutor(…)) first",
      ),
    );
  });

  test("the end of a run cancels the jobs, then shuts the executors down without waiting for theirs", async () => {
    const log: unknown[] = [];
    const { loop, shutdown, host } = fakeLoop();
    const job = loop.createFuture<void>();
    job.addDoneCallback(() => log.push(String(job[failureReason]())));
    shutdown.toCancel.add(job);
    shutdown.toShutDown.add(recorder(log, "adopted"));
    await shutdown.end("over");
    expect(job.cancelled()).toBe(true);
    host.flush();
    expect(log).toEqual(["adopted", { timeout: 0 }, "CancelledError: over"]);
  });

  test("the end of a run waits for workers that are being ended", async () => {
    const log: string[] = [];
    const { shutdown } = fakeLoop();
    const ending = Promise.resolve().then(() => void log.push("the worker has ended"));
    shutdown.toAwait.add(ending);
    await shutdown.end("over");
    log.push("all has ended");
    expect(log).toEqual(["the worker has ended", "all has ended"]);
  });

  /** A program that ends when `ended` resolves, and records what it was asked. */
  const program = (log: string[], ended: Promise<void>) => ({
    end: async () => {
      log.push("asked to end");
      await ended;
      log.push("ended");
    },
    kill: () => log.push("killed"),
  });

  test("the end of a run ends programs, and waits until they have ended", async () => {
    const log: string[] = [];
    const { shutdown } = fakeLoop();
    shutdown.toEnd.add(program(log, Promise.resolve()));
    shutdown.cancel("tasks are being cancelled");
    expect(log).toEqual([]);
    await shutdown.end("over");
    expect(log).toEqual(["asked to end", "ended"]);
  });

  test("a signal that ends this program kills the others", () => {
    const log: string[] = [];
    const { shutdown } = fakeLoop();
    shutdown.toEnd.add(program(log, Promise.resolve()));
    shutdown.kill();
    expect(log).toEqual(["killed"]);
  });

  test("close() asks programs to end, and does not wait", () => {
    const log: string[] = [];
    const loop = virtualLoop();
    partsOf(loop).shutdown.toEnd.add(program(log, new Promise(() => {})));
    loop.close();
    loop.close();
    expect(log).toEqual(["asked to end"]);
  });

  test("the end of a run is told when there is nothing to end", () => {
    expect(fakeLoop().shutdown.end("over")).toBe(false);
  });

  test("tasks that are cancelled need not wait for a worker: the jobs are cancelled at once, and nothing else", () => {
    const { loop, shutdown } = fakeLoop();
    const [job, connection] = [loop.createFuture<void>(), loop.createFuture<void>()];
    shutdown.toCancel.add(job);
    shutdown.toCancelLast.add(connection);
    shutdown.toShutDown.add({ shutdown: () => expect.unreachable() });
    shutdown.cancel("interrupted");
    expect(String(job[failureReason]())).toBe("CancelledError: interrupted");
    expect(connection.done()).toBe(false);
  });

  test("close() cancels the connections that tasks may have needed, behind the jobs", () => {
    const log: string[] = [];
    const loop = virtualLoop();
    const { shutdown } = partsOf(loop);
    const recording = (name: string) => ({ cancel: (message?: string) => log.push(`${name}: ${message}`) });
    shutdown.toCancelLast.add(recording("connection"));
    shutdown.toCancel.add(recording("job"));
    loop.close();
    expect(log).toEqual(["job: the event loop was closed", "connection: the event loop was closed"]);
  });

  const kinds = ["toCancel", "toCancelLast", "toAwait", "toEnd", "toShutDown"] as const;
  const pairs = kinds.flatMap((kind) => kinds.map((other) => [kind, other] as const));

  test.each(pairs.filter(([kind, other]) => kind <= other))(
    "there is something to end if only %s and %s have it",
    async (kind, other) => {
      const { loop, shutdown } = fakeLoop();
      const things = {
        toCancel: loop.createFuture<void>(),
        toCancelLast: loop.createFuture<void>(),
        toAwait: Promise.resolve(),
        toEnd: program([], Promise.resolve()),
        toShutDown: recorder([], "default"),
      };
      for (const one of [kind, other]) (shutdown[one] as Set<unknown>).add(things[one]);
      expect(shutdown.end("over")).toBeInstanceOf(Promise);
    },
  );

  test("shutdownDefaultExecutor() refuses options that are no object", async () => {
    const { loop } = fakeLoop();
    await expect(loop.shutdownDefaultExecutor(5 as never)).rejects.toThrow(/^shutdownDefaultExecutor\(\)/);
  });

  test("close() cancels the jobs", () => {
    const loop = virtualLoop();
    const job = loop.createFuture<void>();
    partsOf(loop).shutdown.toCancel.add(job);
    loop.close();
    expect(String(job[failureReason]())).toBe("CancelledError: the event loop was closed");
  });
});
