import { retry, type RetryOptions } from "@asyncio-ts/flow";
import { getRunningLoop } from "@asyncio-ts/loop";
import { Lock } from "@asyncio-ts/sync";
import { abortable, createTask, currentSignal, sleep, timeout, TimeoutError } from "@asyncio-ts/task";
import {
  awaited,
  bothKinds,
  cancelEachTaskBeforeEachTurn,
  errorOf,
  type Kind,
  nameOf,
} from "@asyncio-ts/testkit";
import { afterEach, describe, expect, expectTypeOf, test, vi } from "vitest";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Retries a body that succeeds in its attempt number `success`, and returns the times of the attempts. */
function timesOf({ body, runProgram }: Kind, success: number, options: RetryOptions): Promise<number[]> {
  return runProgram(function* () {
    const times: number[] = [];
    const attempt = body(function* (attempt: number) {
      times.push(getRunningLoop().time());
      yield* awaited(sleep(1));
      if (attempt < success) throw new Error(`attempt ${attempt}`);
    });
    try {
      yield* awaited(retry(attempt, options));
    } catch (error) {
      times.push(Number((error as Error).message.replace("attempt ", "")));
    }
    return times;
  });
}

describe.each(bothKinds)("retry() in %s", (kind) => {
  const { body, logOf, runProgram } = kind;

  test("resolves to the result of the first attempt that succeeds", () =>
    runProgram(function* () {
      expect(
        yield* awaited(
          retry(
            body(function* (attempt: number) {
              if (attempt < 3) throw new Error("too early");
              return attempt;
            }),
          ),
        ),
      ).toBe(3);
      expect(getRunningLoop().time()).toBe(100 + 200);
    }));

  test("pauses longer each time, up to maxDelay", async () => {
    expect(await timesOf(kind, 5, { attempts: 5, delay: 10, factor: 3, maxDelay: 50 })).toEqual([
      0, 11, 42, 93, 144,
    ]);
  });

  test("has no pauses with a delay of 0, whatever the factor is", async () => {
    expect(await timesOf(kind, 3, { delay: 0, factor: Infinity })).toEqual([0, 1, 2]);
  });

  test("throws the error of the last attempt", async () => {
    expect(await timesOf(kind, 9, { attempts: 2, delay: 10 })).toEqual([0, 11, 2]);
    expect(await timesOf(kind, 9, { attempts: 1 })).toEqual([0, 1]);
  });

  test("shortens pauses by chance, as far as jitter says", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    expect(await timesOf(kind, 3, { delay: 100, factor: 1, jitter: 1 })).toEqual([0, 51, 102]);
    expect(await timesOf(kind, 3, { delay: 100, factor: 1, jitter: 0.5 })).toEqual([0, 76, 152]);
  });

  test("asks `when` with the error and the attempt, but not after the last one", async () => {
    const log = await logOf(function* (log) {
      const fails = body(function* (attempt: number) {
        throw new Error(`attempt ${attempt}`);
      });
      const when = body(function* (error: unknown, attempt: number) {
        log.push(`${nameOf(error)}, ${attempt}`);
        yield* awaited(sleep(0));
        return attempt < 3;
      });
      log.push(nameOf(yield* errorOf(retry(fails, { attempts: 2, when }))));
      log.push(nameOf(yield* errorOf(retry(fails, { attempts: 9, when }))));
    });
    expect(log).toEqual([
      "Error: attempt 1, 1",
      "Error: attempt 2",
      "Error: attempt 1, 1",
      "Error: attempt 2, 2",
      "Error: attempt 3, 3",
      "Error: attempt 3",
    ]);
  });

  test("does not retry a cancellation, in an attempt or in a pause", async () => {
    for (const time of [5, 15]) {
      const log = await logOf(function* (log) {
        const task = createTask(() =>
          retry(
            body(function* (attempt: number) {
              log.push(`attempt ${attempt}`);
              yield* awaited(sleep(10));
              throw new Error("failed");
            }),
            { delay: 10 },
          ),
        );
        yield* awaited(sleep(time));
        task.cancel();
        log.push(nameOf(yield* errorOf(task)));
      });
      expect(log).toEqual(["attempt 1", "cancelled"]);
    }
  });

  test("does not retry a body that awaits something which was cancelled", () =>
    runProgram(function* () {
      let attempts = 0;
      const other = createTask(() => sleep(100));
      const waits = body(function* () {
        attempts++;
        yield* awaited(other);
      });
      const task = createTask(retry(waits));
      yield* awaited(sleep(1));
      other.cancel();
      expect(nameOf(yield* errorOf(task))).toBe("cancelled");
      expect(attempts).toBe(1);
    }));

  test("does not retry what an operation throws that the cancellation has aborted", async () => {
    const log = await logOf(function* (log) {
      const operation = body(function* (attempt: number) {
        log.push(`attempt ${attempt}`);
        const signal = currentSignal();
        yield* awaited(
          new Promise((_, reject) => {
            signal.addEventListener("abort", () => reject(new Error("the socket was closed")));
          }),
        );
      });
      const task = createTask(() => retry(operation));
      yield* awaited(sleep(10));
      task.cancel();
      log.push(nameOf(yield* errorOf(task)));
    });
    expect(log[0]).toBe("attempt 1");
    expect(log).toHaveLength(2);
  });

  test("does not retry an abortable operation that was cancelled", async () => {
    let attempts = 0;
    await runProgram(function* () {
      const operation = () =>
        abortable((signal) => {
          attempts++;
          return new Promise<void>((_, reject) => {
            signal.addEventListener("abort", () => reject(new Error("the socket was closed")));
          });
        });
      expect(yield* errorOf(timeout(10).with(() => retry(operation)))).toBeInstanceOf(TimeoutError);
    });
    expect(attempts).toBe(1);
  });

  test("retries a timeout of the attempt", () =>
    runProgram(function* () {
      const attempt = (attempt: number) => timeout(10).with(() => sleep(attempt === 1 ? 20 : 5, attempt));
      expect(yield* awaited(retry(attempt))).toBe(2);
    }));

  test("retries in code that cleans up after a cancellation", async () => {
    const log = await logOf(function* (log) {
      const task = createTask(
        body(function* () {
          try {
            yield* awaited(sleep(100));
          } finally {
            yield* awaited(
              retry(
                body(function* (attempt: number) {
                  log.push(`attempt ${attempt}`);
                  yield* awaited(sleep(1));
                  if (attempt < 3) throw new Error("not yet");
                }),
              ),
            );
          }
        }),
      );
      yield* awaited(sleep(10));
      task.cancel();
      yield* errorOf(task);
    });
    expect(log).toEqual(["attempt 1", "attempt 2", "attempt 3"]);
  });

  test("leaves the lock free, wherever the task is cancelled", async () => {
    const hits = await cancelEachTaskBeforeEachTurn(() => {
      const lock = new Lock();
      let attempts = 0;
      const attempt = body(function* () {
        yield* awaited(
          lock.with(
            body(function* () {
              attempts++;
              yield* awaited(sleep(1));
              if (attempts < 3) throw new Error("not yet");
            }),
          ),
        );
      });
      return {
        main: body(() => awaited(retry(attempt, { delay: 1 }))),
        check: () => expect(String(lock)).toBe("<Lock unlocked, 0 waiting>"),
      };
    });
    expect(hits).toBeGreaterThan(5);
  });
});

test("works outside a run", async () => {
  expect(await retry(async (attempt) => attempt)).toBe(1);
});

test("the result of retry() is that of the body", () => {
  expectTypeOf(() => retry(async () => "text")).returns.resolves.toEqualTypeOf<string>();
  expectTypeOf(() => retry(() => sleep(1, 2))).returns.resolves.toEqualTypeOf<number>();
});
