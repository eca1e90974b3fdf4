import { BrokenExecutorError } from "@asyncio-ts/executor";
import { run } from "@asyncio-ts/task";
import { Queue } from "bullmq";
import { expect, it } from "vitest";
import { read, readFailure, write, writeArguments, writeError } from "../src/values.js";
import { Fixture, suite, unless, withoutRedis } from "./support/redis.js";

const fixture = new Fixture();
const values = {
  map: new Map<unknown, unknown>([[{ a: 1 }, new Set([1, "b"])]]),
  date: new Date(12),
  big: 2n ** 70n,
  floats: new Float64Array([1.5, -0]),
  nothing: [undefined, null, NaN],
  error: new RangeError("inside", { cause: new Error("the root") }),
};

withoutRedis("a value", () => {
  it("is read as it was written", () => {
    expect(read(write(values))).toEqual(values);
    expect((read(write(values)) as typeof values).error.cause).toEqual(new Error("the root"));
  });

  it("is deflated if it is long, and that makes it shorter", () => {
    expect(write("short")[0]).toBe("r");
    const long = "abc".repeat(10_000);
    expect(write(long).length).toBeLessThan(1000);
    expect(read(write(long))).toBe(long);
  });

  it("that is none is an error that says so", () => {
    for (const wrong of [undefined, 5, "", "x", "rAAAA", "zAAAA"]) {
      expect(() => read(wrong)).toThrow(/^a value in Redis can't be read: /);
    }
  });

  it("names the argument that can't be sent, or is too big", () => {
    expect(() => writeArguments("draw", [1, { done: () => 1 }], 1000)).toThrow(
      "argument 2 of draw() can't be sent to a queue: done is a function",
    );
    const random = Uint8Array.from({ length: 3000 }, (_, i) => (i * i * 7919) % 251);
    expect(() => writeArguments("draw", ["a", random], 1000)).toThrow(/^argument 2 of draw\(\) is too big/);
    expect(() => writeArguments("draw", ["a"], 1000, [["palette", random]])).toThrow(
      /^the value of ContextVar 'palette', which goes with the arguments of draw\(\), is too big/,
    );
  });

  it("of an error is read as the error, and begins as people read it", () => {
    const text = writeError(new TypeError("wrong", { cause: 5 }));
    expect(text.split("\n")[0]).toBe("TypeError: wrong");
    const ended = readFailure(text, "f()") as { error: TypeError };
    expect([ended.error instanceof TypeError, ended.error.message, ended.error.cause]).toEqual([
      true,
      "wrong",
      5,
    ]);
    expect(readFailure("job stalled", "f()")).toEqual({
      error: new BrokenExecutorError("f() was not finished: job stalled"),
    });
  });
});

suite(`what jobs carry${unless}`, () => {
  it.each(["task", "process"] as const)("are values of all kinds, by isolation %s", (isolation) =>
    run(async () => {
      await fixture.worker({ isolation, concurrency: 1 });
      const pool = fixture.pool();
      expect(await pool.submit("same", values)).toEqual(values);
      // Too long for a job of BullMQ.
      const bytes = await pool.submit("bytes", 200_000);
      expect([bytes.length, bytes[0], bytes[1]]).toEqual([200_000, 143, 226]);
      const error = await pool.submit("fail", "no plan").catch((error: unknown) => error as Error);
      expect([error instanceof RangeError, (error as Error).name, (error as Error).message]).toEqual([
        true,
        "PlanError",
        "no plan",
      ]);
      expect([(error as Error).cause, (error as { code?: string }).code]).toEqual([
        new TypeError("the root"),
        "E_PLAN",
      ]);
      expect((error as Error).stack).toMatch(/work\.[jt]s/);
    }),
  );

  it("fail the job if they can't be sent", () =>
    run(async () => {
      await fixture.worker({ sizeLimit: 10_000 });
      const pool = fixture.pool({ sizeLimit: 10_000 });
      await expect(pool.submit("same", () => 1)).rejects.toThrow(
        "argument 1 of same() can't be sent to a queue",
      );
      await expect(
        pool.submit(
          "same",
          new Array(9000).fill(0).map((_, i) => Math.sin(i)),
        ),
      ).rejects.toThrow(/argument 1 of same\(\) is too big: it takes \d+ bytes/);
      await expect(pool.submitWith({ attempts: 2 }, "giveFunction")).rejects.toThrow(
        "the result of giveFunction() can't be sent to its caller: rows[0].format is a function",
      );
      await expect(pool.submit("bytes", 100_000)).rejects.toThrow(/the result of bytes\(\) is too big/);
    }));

  it.each(["task", "thread"] as const)("name a function that there is, by isolation %s", (isolation) =>
    run(async () => {
      const worker = await fixture.worker({ isolation, concurrency: 1 });
      const wrong = fixture.pool().submitWith({ attempts: 3 }, "nonsense" as "fib", 1);
      await expect(wrong).rejects.toThrow(
        /there is no function nonsense\(\) in file:.*; its functions: .*fib/,
      );
      await expect(wrong).rejects.toBeInstanceOf(TypeError);
      expect(worker.status().failed).toBe(1);
    }),
  );

  it("are for one version of the module", () =>
    run(async () => {
      await fixture.worker({ version: "2" });
      await expect(fixture.pool({ version: "1" }).submitWith({ attempts: 3 }, "add", 1, 2)).rejects.toThrow(
        "add() was submitted for version 1 of its module, and this worker has version 2",
      );
      expect(await fixture.pool({ version: "2" }).submit("add", 1, 2)).toBe(3);
      expect(await fixture.pool().submit("add", 1, 2)).toBe(3);
    }));

  it("are failed with words if they are not ours, or are damaged", () =>
    run(async () => {
      const worker = await fixture.worker();
      const pool = fixture.pool();
      const queue = new Queue(fixture.queue, { connection: fixture.redis as never });
      await queue.add("add", { some: "JSON" }, { jobId: "foreign", attempts: 5 });
      await expect(pool.job("foreign")).rejects.toThrow(/job foreign \(add\) can't be read/);
      const data = { form: 1, args: "rAAAA", retries: 2, resultTtl: 1000 };
      await queue.add("add", data, { jobId: "damaged", attempts: 5 });
      await expect(pool.job("damaged")).rejects.toThrow(/a value in Redis can't be read/);
      expect(worker.status().failed).toBe(2);
      await queue.close();
    }));

  it("arrive at a caller that waits, however long they are and however soon they expire", () =>
    run(async () => {
      await fixture.worker();
      const pool = fixture.pool({ resultTtl: 0 });
      // The result of each is in a key, which all but the first find long after the end of their job.
      const jobs = Array.from({ length: 20 }, () => pool.submit("bytes", 200_000));
      for (const job of jobs) expect((await job).length).toBe(200_000);
    }));

  it("are gone after their time", () =>
    run(async () => {
      await fixture.worker();
      const [first, second] = [fixture.pool({ resultTtl: 0 }), fixture.pool()];
      const job = first.submit("add", 1, 2);
      expect(await job).toBe(3);
      // The end of a job removes those before it whose time is over.
      await first.submit("add", 1, 2);
      await expect(second.job(job.id)).rejects.toThrow(/expired \(resultTtl\)/);
      await expect(second.job(job.id)).rejects.toBeInstanceOf(BrokenExecutorError);
      const long = second.submit("bytes", 200_000);
      expect((await long).length).toBe(200_000);
      await fixture.redis.del(await fixture.redis.keys("*:result:*"));
      await expect(first.job(long.id)).rejects.toThrow(/expired \(resultTtl\)/);
    }));
});
