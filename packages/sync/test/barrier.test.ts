import { isCancelled } from "@asyncio-ts/future";
import { Barrier, BrokenBarrierError } from "@asyncio-ts/sync";
import { createTask, gather, sleep, type Task, timeout, TimeoutError } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";
import { awaited, bothKinds } from "@asyncio-ts/testkit";

it.each([
  [0, "0"],
  [-1, "-1"],
  [1.5, "1.5"],
  [Number.NaN, "NaN"],
  ["3", '"3"'],
])("refuses to be made with %o parties", (parties, described) => {
  expect(() => new Barrier(parties as number)).toThrow(
    new RangeError(`new Barrier() needs a whole number of parties, 1 or more, got ${described}`),
  );
});

describe.each(bothKinds)("Barrier in %s", ({ body, logOf, runProgram, startTask }) => {
  /** Tasks that come to the barrier and say how they left it. */
  function parties(barrier: Barrier, log: string[], names: string): Task<void>[] {
    return [...names].map((who) =>
      createTask(
        body(function* () {
          try {
            const position = yield* awaited(barrier.wait());
            log.push(`${who} passes as ${position}`);
          } catch (error) {
            if (isCancelled(error)) log.push(`${who} is cancelled`);
            else log.push(`${who} gets ${(error as Error).name}`);
            throw error;
          }
        }),
        { name: who },
      ),
    );
  }

  it("lets all parties pass when the last has come, the last one first, each in a position of its own", async () => {
    const logged = await logOf(function* (log) {
      const barrier = new Barrier(3);
      const tasks = parties(barrier, log, "ab");
      yield* awaited(sleep(1000));
      expect(log).toEqual([]);
      expect([barrier.nWaiting, barrier.parties, barrier.broken]).toEqual([2, 3, false]);
      expect(String(barrier)).toBe("<Barrier filling, 2 of 3 waiting>");
      yield* awaited(gather([...tasks, ...parties(barrier, log, "c")]));
      expect(String(barrier)).toBe("<Barrier filling, 0 of 3 waiting>");
    });
    expect(logged).toEqual(["c passes as 2", "a passes as 0", "b passes as 1"]);
  });

  it("lets a single party pass without a suspension", async () => {
    const logged = await logOf(function* (log) {
      const barrier = new Barrier(1);
      const other = startTask(function* () {
        log.push("other runs");
      });
      for (let round = 0; round < 3; round++) log.push(`passes as ${yield* awaited(barrier.wait())}`);
      yield* awaited(other);
    });
    expect(logged).toEqual(["passes as 0", "passes as 0", "passes as 0", "other runs"]);
  });

  it("can be filled again and again", async () => {
    await runProgram(function* () {
      const barrier = new Barrier(3);
      const rounds: number[][] = Array.from({ length: 5 }, () => []);
      const tasks = Array.from({ length: 3 }, () =>
        startTask(function* () {
          for (const round of rounds) {
            const position = yield* awaited(barrier.wait());
            // Nobody is in the next round before all are through this one.
            expect(round.length).toBeLessThan(3);
            round.push(position);
          }
        }),
      );
      yield* awaited(gather(tasks));
      for (const round of rounds) expect(round.sort()).toEqual([0, 1, 2]);
      expect(barrier.nWaiting).toBe(0);
    });
  });

  it("has those who come while it drains wait for the next filling", async () => {
    const logged = await logOf(function* (log) {
      const barrier = new Barrier(2);
      const tasks = parties(barrier, log, "abcde");
      yield* awaited(sleep(0));
      // b has filled it; a has not left; c, d and e have come meanwhile.
      log.push(`${barrier}`);
      yield* awaited(sleep(1000));
      log.push(`${barrier}`);
      yield* awaited(gather([...tasks, ...parties(barrier, log, "f")]));
    });
    expect(logged).toEqual([
      "b passes as 1",
      "<Barrier draining, 0 of 2 waiting>",
      "a passes as 0",
      "d passes as 1",
      "c passes as 0",
      "<Barrier filling, 1 of 2 waiting>",
      "f passes as 1",
      "e passes as 0",
    ]);
  });

  it("has one party less after one that waited was cancelled, and the others go on waiting", async () => {
    const logged = await logOf(function* (log) {
      const barrier = new Barrier(3);
      const tasks = parties(barrier, log, "ab");
      yield* awaited(sleep(0));
      tasks[1]?.cancel();
      yield* awaited(sleep(0));
      expect(barrier.nWaiting).toBe(1);
      const more = parties(barrier, log, "cd");
      yield* awaited(gather([...tasks, ...more], { returnExceptions: true }));
      expect(String(barrier)).toBe("<Barrier filling, 0 of 3 waiting>");
    });
    expect(logged).toEqual(["b is cancelled", "d passes as 2", "a passes as 0", "c passes as 1"]);
  });

  it("is passed by a party that is cancelled after the barrier was filled", async () => {
    const logged = await logOf(function* (log) {
      const barrier = new Barrier(2);
      const tasks = parties(barrier, log, "a");
      yield* awaited(sleep(0));
      yield* awaited(barrier.wait());
      tasks[0]?.cancel();
      yield* awaited(gather(tasks, { returnExceptions: true }));
      expect(String(barrier)).toBe("<Barrier filling, 0 of 2 waiting>");
    });
    expect(logged).toEqual(["a passes as 0"]);
  });

  it("is left by a party whose time is over", async () => {
    await runProgram(function* () {
      const barrier = new Barrier(2);
      const [result] = yield* awaited(
        gather([timeout(10).with(() => barrier.wait())], { returnExceptions: true }),
      );
      expect(result).toBeInstanceOf(TimeoutError);
      expect(barrier.nWaiting).toBe(0);
    });
  });

  it("throws out those who wait when it is reset, and can be filled anew", async () => {
    const logged = await logOf(function* (log) {
      const barrier = new Barrier(3);
      const tasks = parties(barrier, log, "ab");
      yield* awaited(sleep(0));
      yield* awaited(barrier.reset());
      log.push(`${barrier}, broken: ${barrier.broken}`);
      const more = parties(barrier, log, "cde");
      const results = yield* awaited(gather([...tasks, ...more], { returnExceptions: true }));
      expect(results.slice(0, 2).map(String)).toEqual(
        Array.from({ length: 2 }, () => "BrokenBarrierError: this barrier was emptied by reset()"),
      );
      expect(String(barrier)).toBe("<Barrier filling, 0 of 3 waiting>");
    });
    expect(logged).toEqual([
      "<Barrier resetting, 0 of 3 waiting>, broken: false",
      "a gets BrokenBarrierError",
      "b gets BrokenBarrierError",
      "e passes as 2",
      "c passes as 0",
      "d passes as 1",
    ]);
  });

  it("stays as it is when it is reset while nobody waits", async () => {
    await runProgram(function* () {
      const barrier = new Barrier(2);
      yield* awaited(barrier.reset());
      expect(String(barrier)).toBe("<Barrier filling, 0 of 2 waiting>");
      expect(barrier.broken).toBe(false);
    });
  });

  it("throws out those who have not left yet when it is reset while it drains", async () => {
    const logged = await logOf(function* (log) {
      const barrier = new Barrier(2);
      const tasks = parties(barrier, log, "a");
      yield* awaited(sleep(0));
      const second = parties(barrier, log, "b");
      const reset = createTask(barrier.reset());
      const more = parties(barrier, log, "cd");
      yield* awaited(gather([...tasks, ...second, reset, ...more], { returnExceptions: true }));
      expect(String(barrier)).toBe("<Barrier filling, 0 of 2 waiting>");
    });
    expect(logged).toEqual(["b passes as 1", "a gets BrokenBarrierError", "d passes as 1", "c passes as 0"]);
  });

  it("is broken by abort() for those who wait and for newcomers, until it is reset", async () => {
    const logged = await logOf(function* (log) {
      const barrier = new Barrier(3);
      const early = parties(barrier, log, "ab");
      yield* awaited(sleep(0));
      yield* awaited(barrier.abort());
      expect([barrier.broken, barrier.nWaiting]).toEqual([true, 0]);
      const late = parties(barrier, log, "c");
      const results = yield* awaited(gather([...early, ...late], { returnExceptions: true }));
      expect(results.map(String)).toEqual([
        "BrokenBarrierError: this barrier is broken; call reset() to use it again",
        "BrokenBarrierError: this barrier is broken; call reset() to use it again",
        "BrokenBarrierError: this barrier is broken; call reset() to use it again",
      ]);
      expect(String(barrier)).toBe("<Barrier broken, 0 of 3 waiting>");
      yield* awaited(barrier.reset());
      expect(barrier.broken).toBe(false);
      yield* awaited(gather(parties(barrier, log, "def")));
    });
    expect(logged).toEqual([
      "a gets BrokenBarrierError",
      "b gets BrokenBarrierError",
      "c gets BrokenBarrierError",
      "f passes as 2",
      "d passes as 0",
      "e passes as 1",
    ]);
  });

  it("throws out those who wait for the end of a draining when it is aborted then", async () => {
    const logged = await logOf(function* (log) {
      const barrier = new Barrier(2);
      const tasks = parties(barrier, log, "ab");
      const blocked = parties(barrier, log, "c");
      const abort = createTask(barrier.abort());
      yield* awaited(gather([...tasks, ...blocked, abort], { returnExceptions: true }));
      expect(barrier.broken).toBe(true);
    });
    expect(logged).toEqual(["b passes as 1", "a gets BrokenBarrierError", "c gets BrokenBarrierError"]);
  });

  it("is mended by reset() though those it threw out have not left yet, and has newcomers wait for that", async () => {
    const logged = await logOf(function* (log) {
      const barrier = new Barrier(2);
      const tasks = parties(barrier, log, "a");
      yield* awaited(sleep(0));
      yield* awaited(barrier.abort());
      yield* awaited(barrier.reset());
      log.push(`${barrier}`);
      const more = parties(barrier, log, "bc");
      yield* awaited(gather([...tasks, ...more], { returnExceptions: true }));
    });
    expect(logged).toEqual([
      "<Barrier resetting, 0 of 2 waiting>",
      "a gets BrokenBarrierError",
      "c passes as 1",
      "b passes as 0",
    ]);
  });

  it("gives with() the position, and what its body returns", async () => {
    const logged = await logOf(function* (log) {
      const barrier = new Barrier(2);
      const tasks = [..."ab"].map((who) =>
        createTask(
          barrier.with(
            body(function* (position: number) {
              log.push(`${who} runs as ${position}`);
              yield* awaited(sleep(1));
              return `${who} as ${position}`;
            }),
          ),
        ),
      );
      expect(yield* awaited(gather(tasks))).toEqual(["a as 0", "b as 1"]);
    });
    expect(logged).toEqual(["b runs as 1", "a runs as 0"]);
  });

  it("does not run the body of with() if the barrier is broken, and passes the body's own error on", async () => {
    const logged = await logOf(function* (log) {
      const broken = new Barrier(1);
      yield* awaited(broken.abort());
      const [first] = yield* awaited(
        gather([broken.with(() => log.push("ran"))], { returnExceptions: true }),
      );
      expect(first).toBeInstanceOf(BrokenBarrierError);
      const barrier = new Barrier(1);
      const failing = barrier.with(
        body(function* () {
          throw new Error("failed");
        }),
      );
      const [second] = yield* awaited(gather([failing], { returnExceptions: true }));
      expect(String(second)).toBe("Error: failed");
      expect(barrier.broken).toBe(false);
      expect(yield* awaited(barrier.wait())).toBe(0);
    });
    expect(logged).toEqual([]);
  });

  it("lets 10,000 parties pass", async () => {
    await runProgram(function* () {
      const barrier = new Barrier(10_000);
      const tasks = Array.from({ length: 10_000 }, () => createTask(barrier.wait()));
      const positions = yield* awaited(gather(tasks));
      expect(positions).toEqual([...positions.keys()]);
    });
  });
});
