import { BoundedSemaphore, Semaphore } from "@asyncio-ts/sync";
import { createTask, gather, sleep } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";
import { awaited, bothKinds } from "@asyncio-ts/testkit";

describe.each([
  { name: "Semaphore", Class: Semaphore },
  { name: "BoundedSemaphore", Class: BoundedSemaphore },
])("$name", ({ name, Class }) => {
  it.each([
    [-1, "-1"],
    [1.5, "1.5"],
    [Number.NaN, "NaN"],
    [Infinity, "Infinity"],
    ["2", '"2"'],
    [null, "null"],
  ])("refuses to be made with %o permits", (value, described) => {
    expect(() => new Class(value as number)).toThrow(
      new RangeError(`new ${name}() needs a whole number of permits, 0 or more, got ${described}`),
    );
  });

  it("has one permit unless told otherwise", () => {
    expect(String(new Class())).toBe(`<${name} 1 free, 0 waiting>`);
    expect(String(new Class(0))).toBe(`<${name} 0 free, 0 waiting>`);
  });

  it("is locked when no permit is free", () => {
    expect(new Class(0).locked()).toBe(true);
    expect(new Class(1).locked()).toBe(false);
  });

  describe.each(bothKinds)("in %s", ({ body, logOf, runProgram, startTask }) => {
    /** Tasks that each take a permit for good, and say so. */
    function takers(semaphore: Semaphore, log: string[], names: string) {
      return [...names].map((who) =>
        startTask(function* () {
          yield* awaited(semaphore.acquire());
          log.push(who);
        }),
      );
    }

    it("lets as many pass at a time as there are permits, in the order in which they came", async () => {
      const logged = await logOf(function* (log) {
        const semaphore = new Class(2);
        const pauses = { a: 30, b: 10, c: 10, d: 5, e: 1 };
        const tasks = Object.entries(pauses).map(([who, pause]) =>
          createTask(
            semaphore.with(
              body(function* () {
                log.push(`${who} enters`);
                yield* awaited(sleep(pause));
                log.push(`${who} leaves`);
              }),
            ),
          ),
        );
        yield* awaited(gather(tasks));
        expect(String(semaphore)).toBe(`<${name} 2 free, 0 waiting>`);
      });
      expect(logged).toEqual([
        "a enters",
        "b enters",
        "b leaves",
        "c enters",
        "c leaves",
        "d enters",
        "d leaves",
        "e enters",
        "e leaves",
        "a leaves",
      ]);
    });

    it("is locked while a waiter that got a permit has not had its turn, though another permit is free", async () => {
      await runProgram(function* () {
        const semaphore = new Class(2);
        yield* awaited(semaphore.acquire());
        yield* awaited(semaphore.acquire());
        const [waiter] = takers(semaphore, [], "w");
        yield* awaited(sleep(0));
        semaphore.release();
        semaphore.release();
        expect(String(semaphore)).toBe(`<${name} 1 free, 0 waiting>`);
        expect(semaphore.locked()).toBe(true);
        yield* awaited(waiter!);
        expect(semaphore.locked()).toBe(false);
      });
    });

    it("has a newcomer queue while a granted waiter has not had its turn, and then wakes it for the free permit", async () => {
      const logged = await logOf(function* (log) {
        const semaphore = new Class(2);
        yield* awaited(semaphore.acquire());
        yield* awaited(semaphore.acquire());
        const early = takers(semaphore, log, "a");
        yield* awaited(sleep(0));
        // In the ready queue before the waiter that the releases wake.
        const late = takers(semaphore, log, "bc");
        semaphore.release();
        semaphore.release();
        yield* awaited(sleep(0));
        log.push(String(semaphore));
        yield* awaited(sleep(0));
        log.push(String(semaphore));
        late[1]?.cancel();
        yield* awaited(gather([...early, ...late], { returnExceptions: true }));
      });
      // a has had its turn, and b was woken by it for the permit that was free.
      expect(logged).toEqual(["a", `<${name} 0 free, 1 waiting>`, "b", `<${name} 0 free, 1 waiting>`]);
    });

    it("lets nobody overtake a granted waiter, also after such a waiter has woken a newcomer", async () => {
      const logged = await logOf(function* (log) {
        const semaphore = new Class(2);
        yield* awaited(semaphore.acquire());
        yield* awaited(semaphore.acquire());
        for (const [early, late] of ["ab", "cd"] as const) {
          const [waiter] = takers(semaphore, log, early!);
          yield* awaited(sleep(0));
          // In the ready queue before the waiter that the releases wake.
          const [newcomer] = takers(semaphore, log, late!);
          semaphore.release();
          semaphore.release();
          yield* awaited(gather([waiter!, newcomer!]));
        }
      });
      expect(logged).toEqual(["a", "b", "c", "d"]);
    });

    it("wakes as many newcomers in the granted waiter's turn as permits are free", async () => {
      const logged = await logOf(function* (log) {
        const semaphore = new Class(3);
        for (let round = 0; round < 3; round++) yield* awaited(semaphore.acquire());
        const early = takers(semaphore, log, "a");
        yield* awaited(sleep(0));
        const late = takers(semaphore, log, "bcd");
        for (let round = 0; round < 3; round++) semaphore.release();
        for (let round = 0; round < 2; round++) {
          yield* awaited(sleep(0));
          log.push(String(semaphore));
        }
        late[2]?.cancel();
        yield* awaited(gather([...early, ...late], { returnExceptions: true }));
      });
      expect(logged).toEqual(["a", `<${name} 0 free, 1 waiting>`, "b", "c", `<${name} 0 free, 1 waiting>`]);
    });

    it("keeps the free permit if the newcomer that queued for it is cancelled", async () => {
      const logged = await logOf(function* (log) {
        const semaphore = new Class(2);
        yield* awaited(semaphore.acquire());
        yield* awaited(semaphore.acquire());
        const [early] = takers(semaphore, log, "a");
        yield* awaited(sleep(0));
        const [late] = takers(semaphore, log, "b");
        const canceller = startTask(function* () {
          log.push(`cancelled ${late?.cancel()}`);
        });
        semaphore.release();
        semaphore.release();
        yield* awaited(gather([early!, late!, canceller], { returnExceptions: true }));
        expect(String(semaphore)).toBe(`<${name} 1 free, 0 waiting>`);
        expect(semaphore.locked()).toBe(false);
      });
      expect(logged).toEqual(["cancelled true", "a"]);
    });

    it("gives several permits that are released at once to several waiters", async () => {
      const logged = await logOf(function* (log) {
        const semaphore = new Class(3);
        for (let round = 0; round < 3; round++) yield* awaited(semaphore.acquire());
        const tasks = takers(semaphore, log, "abcd");
        yield* awaited(sleep(0));
        for (let round = 0; round < 3; round++) semaphore.release();
        yield* awaited(sleep(0));
        log.push("one iteration later");
        semaphore.release();
        yield* awaited(gather(tasks));
      });
      expect(logged).toEqual(["a", "b", "c", "one iteration later", "d"]);
    });

    it("gives the permit of a waiter that is cancelled after it was granted back when that releases it", async () => {
      const logged = await logOf(function* (log) {
        const semaphore = new Class(1);
        const guard = yield* awaited(semaphore.acquire());
        const granted = createTask(
          semaphore.with(
            body(function* () {
              log.push("granted");
              yield* awaited(sleep(0));
              log.push("went on");
            }),
          ),
        );
        yield* awaited(sleep(0));
        const [next] = takers(semaphore, log, "n");
        yield* awaited(sleep(0));
        guard.release();
        granted.cancel();
        yield* awaited(gather([granted, next!], { returnExceptions: true }));
        expect(granted.cancelled()).toBe(true);
        expect(String(semaphore)).toBe(`<${name} 0 free, 0 waiting>`);
      });
      expect(logged).toEqual(["granted", "n"]);
    });

    it("has all permits again after 1000 holders, half of them cancelled while they waited", async () => {
      await runProgram(function* () {
        const semaphore = new Class(7);
        let inside = 0;
        let most = 0;
        const tasks = Array.from({ length: 1000 }, () =>
          createTask(
            semaphore.with(
              body(function* () {
                most = Math.max(most, ++inside);
                try {
                  yield* awaited(sleep(1));
                } finally {
                  inside--;
                }
              }),
            ),
          ),
        );
        yield* awaited(sleep(0));
        for (let index = 0; index < tasks.length; index += 2) tasks[index]?.cancel();
        yield* awaited(gather(tasks, { returnExceptions: true }));
        expect(most).toBe(7);
        expect(inside).toBe(0);
        expect(String(semaphore)).toBe(`<${name} 7 free, 0 waiting>`);
      });
    });
  });
});

describe.each(bothKinds)("in %s", ({ logOf, startTask }) => {
  it("a Semaphore made with 0 permits lets nobody pass before a release", async () => {
    const logged = await logOf(function* (log) {
      const semaphore = new Semaphore(0);
      const waiter = startTask(function* () {
        yield* awaited(semaphore.acquire());
        log.push("passed");
      });
      yield* awaited(sleep(1000));
      log.push("released");
      semaphore.release();
      yield* awaited(waiter);
      expect(semaphore.locked()).toBe(true);
    });
    expect(logged).toEqual(["released", "passed"]);
  });
});

describe("Semaphore", () => {
  it("has more permits after more releases", () => {
    const semaphore = new Semaphore(1);
    semaphore.release();
    semaphore.release();
    expect(String(semaphore)).toBe("<Semaphore 3 free, 0 waiting>");
  });
});

describe("BoundedSemaphore", () => {
  it("refuses to have more permits than it was made with, and stays as it was", () => {
    const semaphore = new BoundedSemaphore(2);
    expect(() => semaphore.release()).toThrow(
      new RangeError(
        "release() of a BoundedSemaphore whose 2 permits are all free; call it once for each acquire(), or use with()",
      ),
    );
    expect(String(semaphore)).toBe("<BoundedSemaphore 2 free, 0 waiting>");
    expect(() => new BoundedSemaphore(0).release()).toThrow(RangeError);
  });
});
