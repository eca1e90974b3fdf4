import { RateLimiter } from "@asyncio-ts/flow";
import { getRunningLoop } from "@asyncio-ts/loop";
import { explore } from "@asyncio-ts/loop/testing";
import { createTask, gather, sleep, type Task } from "@asyncio-ts/task";
import { awaited, bothKinds, cancelEachTaskBeforeEachTurn, errorOf, nameOf } from "@asyncio-ts/testkit";
import { describe, expect, test } from "vitest";

/** Expects that no span of `per` milliseconds, its end not included, has more than `count` starts. */
function expectLimited(starts: readonly number[], count: number, per: number): void {
  for (const start of starts) {
    expect(starts.filter((time) => time >= start && time < start + per).length).toBeLessThanOrEqual(count);
  }
}

describe.each(bothKinds)("a RateLimiter, in %s,", ({ body, logOf, runProgram }) => {
  test("lets callers start in order of arrival, so many in each span", async () => {
    const log = await logOf(function* (log) {
      const limiter = new RateLimiter(2, 100);
      const call = (name: string) =>
        body(function* () {
          yield* awaited(limiter.acquire());
          log.push(`${name} at ${getRunningLoop().time()}`);
        });
      yield* awaited(gather(["a", "b", "c", "d", "e"].map((name) => call(name))));
    });
    expect(log).toEqual(["a at 0", "b at 0", "c at 100", "d at 100", "e at 200"]);
  });

  test("begins anew in a loop whose clock is behind", async () => {
    const limiter = new RateLimiter(1, 100);
    const program = function* (log: string[]) {
      for (let round = 0; round < 3; round++) yield* awaited(limiter.acquire());
      log.push(`three starts at ${getRunningLoop().time()}`);
    };
    expect([await logOf(program), await logOf(program)].flat()).toEqual([
      "three starts at 200",
      "three starts at 200",
    ]);
  });

  test("counts in a window that slides", async () => {
    const log = await logOf(function* (log) {
      const limiter = new RateLimiter(2, 100);
      for (const pause of [0, 60, 0, 0]) {
        yield* awaited(sleep(pause));
        yield* awaited(limiter.acquire());
        log.push(`${getRunningLoop().time()}`);
      }
    });
    // A bucket of two that is refilled every 100 would let the fourth start at 100.
    expect(log).toEqual(["0", "60", "100", "160"]);
  });

  test("does not suspend while starts are free", () =>
    runProgram(function* () {
      const limiter = new RateLimiter(2, 100);
      const other = createTask(() => {});
      yield* awaited(limiter.acquire());
      yield* awaited(limiter.acquire());
      expect(other.done()).toBe(false);
      yield* awaited(other);
    }));

  test("a cancelled caller counts as no start, and the next one moves up", async () => {
    const log = await logOf(function* (log) {
      const limiter = new RateLimiter(1, 100);
      const tasks: Task<void>[] = [];
      for (const name of ["a", "b", "c", "d"]) {
        tasks.push(
          createTask(
            body(function* () {
              yield* awaited(limiter.acquire());
              log.push(`${name} at ${getRunningLoop().time()}`);
            }),
          ),
        );
      }
      yield* awaited(sleep(10));
      tasks[1]?.cancel(); // its turn: it sleeps
      tasks[2]?.cancel(); // waits for its turn
      yield* awaited(gather(tasks, { returnExceptions: true }));
    });
    expect(log).toEqual(["a at 0", "d at 100"]);
  });

  test("with() runs a body in its turn, and returns its result or throws its error", () =>
    runProgram(function* () {
      const limiter = new RateLimiter(1, 50);
      expect(yield* awaited(limiter.with(body(() => awaited(sleep(1, "result")))))).toBe("result");
      const fails = () => {
        throw new Error("failed");
      };
      expect(nameOf(yield* errorOf(limiter.with(fails)))).toBe("Error: failed");
      expect(getRunningLoop().time()).toBe(50);
    }));

  test("limits in the long run, too", () =>
    runProgram(function* () {
      const limiter = new RateLimiter(3, 10);
      const starts: number[] = [];
      for (let round = 0; round < 40; round++) {
        yield* awaited(sleep((round * 7) % 5));
        yield* awaited(limiter.acquire());
        starts.push(getRunningLoop().time());
      }
      expectLimited(starts, 3, 10);
    }));

  test("can be used by others, wherever a task is cancelled", async () => {
    const hits = await cancelEachTaskBeforeEachTurn(() => {
      const limiter = new RateLimiter(2, 10);
      const starts: number[] = [];
      const call = body(function* () {
        yield* awaited(limiter.acquire());
        starts.push(getRunningLoop().time());
        yield* awaited(sleep(1));
      });
      return {
        main: body(function* () {
          const tasks = [call, call, call, call, call].map((one) => createTask(one));
          try {
            yield* awaited(gather(tasks, { returnExceptions: true }));
          } finally {
            for (const task of tasks) task.cancel();
            const late = createTask(limiter.with(() => starts.push(getRunningLoop().time())));
            while (!late.done()) {
              try {
                yield* awaited(sleep(1));
              } catch {
                // Waits on.
              }
            }
            expectLimited(starts, 2, 10);
          }
        }),
        check(error) {
          expect(error).toBeUndefined();
        },
      };
    });
    expect(hits).toBeGreaterThan(50);
  });

  test("keeps its limit in every order of what is ready", () =>
    explore(
      body(function* () {
        const limiter = new RateLimiter(2, 10);
        const starts: number[] = [];
        const call = body(function* () {
          yield* awaited(limiter.acquire());
          starts.push(getRunningLoop().time());
        });
        yield* awaited(gather([call, call, call, call, call].map((one) => createTask(one))));
        expectLimited(starts, 2, 10);
        expect(starts).toEqual([0, 0, 10, 10, 20]);
      }),
      { runs: 30 },
    ));
});

test("a RateLimiter describes itself", () => {
  expect(String(new RateLimiter(2, 1000))).toBe("<RateLimiter 2 per 1000 ms>");
});
