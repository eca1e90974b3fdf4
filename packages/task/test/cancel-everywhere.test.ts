import { Future, isCancelled } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import {
  abortable,
  asCompleted,
  createTask,
  currentSignal,
  currentTask,
  gather,
  shield,
  sleep,
  timeout,
  TimeoutError,
  wait,
  waitFor,
} from "@asyncio-ts/task";
import { describe, expect, test } from "vitest";
import { allKinds, awaited, cancelBeforeEachTurn, type Kind, type Program } from "@asyncio-ts/testkit";

/** Hands out permits, and knows how many are out. */
class Permits {
  out = 0;
  private readonly waiting: Future<void>[] = [];
  private free: number;

  constructor(free: number) {
    this.free = free;
  }

  /** The permit is the caller's once the future is finished. */
  take(): Future<void> {
    const future = new Future<void>();
    if (this.free > 0) {
      this.free--;
      this.out++;
      future.setResult();
    } else this.waiting.push(future);
    return future;
  }

  give(): void {
    this.out--;
    this.free++;
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      if (next.done()) continue;
      this.free--;
      this.out++;
      next.setResult();
      return;
    }
  }
}

/** A program, and what must hold after each run of it. */
interface Swept {
  run(): Program<string>;
  check?(ending: string): void;
}

const programs: Record<string, (kind: Kind) => Swept> = {
  "a few sleeps": () => ({
    *run() {
      yield* awaited(sleep(1));
      yield* awaited(sleep(0));
      yield* awaited(sleep(1));
      return "ended";
    },
  }),

  "a task group": ({ body, inGroup }) => {
    let running = 0;
    return {
      *run() {
        yield* awaited(
          inGroup(function* (group) {
            for (let i = 0; i < 3; i++) {
              group.createTask(
                body(function* () {
                  running++;
                  try {
                    yield* awaited(sleep(i));
                    yield* awaited(sleep(1));
                  } finally {
                    try {
                      yield* awaited(sleep(0));
                    } finally {
                      running--;
                    }
                  }
                }),
              );
              yield* awaited(sleep(0));
            }
          }),
        );
        return "ended";
      },
      check() {
        expect(running).toBe(0);
      },
    };
  },

  "a task group whose task fails": ({ body, inGroup }) => ({
    *run() {
      try {
        yield* awaited(
          inGroup(function* (group) {
            group.createTask(() => sleep(1000));
            group.createTask(
              body(function* () {
                yield* awaited(sleep(2));
                throw new Error("failed");
              }),
            );
            yield* awaited(sleep(1000));
          }),
        );
      } catch (error) {
        if (isCancelled(error)) throw error;
        yield* awaited(sleep(1));
        return (error as Error).name;
      }
      return "not reached";
    },
    check(ending) {
      expect(["cancelled", "ExceptionGroup"]).toContain(ending);
    },
  }),

  "a timeout that expires": ({ body }) => ({
    *run() {
      try {
        yield* awaited(
          timeout(5).with(
            body(function* () {
              try {
                yield* awaited(sleep(2));
                yield* awaited(sleep(1000));
              } finally {
                yield* awaited(sleep(1));
              }
            }),
          ),
        );
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
        yield* awaited(sleep(1));
        return error.name;
      }
      return "not reached";
    },
    check(ending) {
      expect(["cancelled", "TimeoutError"]).toContain(ending);
    },
  }),

  "a timeout that does not expire": ({ body }) => ({
    *run() {
      const result = yield* awaited(
        timeout(50).with(
          body(function* () {
            yield* awaited(sleep(1));
            yield* awaited(sleep(0));
            return "in time";
          }),
        ),
      );
      return result;
    },
  }),

  "a task group inside a timeout that expires, inside a task group": ({ body, inGroup }) => {
    let running = 0;
    return {
      *run() {
        let ending = "";
        yield* awaited(
          inGroup(function* (outer) {
            outer.createTask(
              body(function* () {
                running++;
                try {
                  yield* awaited(sleep(10));
                } finally {
                  running--;
                }
              }),
            );
            try {
              yield* awaited(
                timeout(5).with(
                  body(function* () {
                    yield* awaited(
                      inGroup(function* (inner) {
                        for (let i = 0; i < 2; i++) {
                          inner.createTask(
                            body(function* () {
                              running++;
                              try {
                                yield* awaited(sleep(1000));
                              } finally {
                                try {
                                  yield* awaited(sleep(1));
                                } finally {
                                  running--;
                                }
                              }
                            }),
                          );
                        }
                        yield* awaited(sleep(1000));
                      }),
                    );
                  }),
                ),
              );
            } catch (error) {
              if (!(error instanceof TimeoutError)) throw error;
              ending = error.name;
            }
          }),
        );
        return ending;
      },
      check(ending) {
        expect(running).toBe(0);
        expect(["cancelled", "TimeoutError"]).toContain(ending);
      },
    };
  },

  "permits that are handed over": ({ startTask }) => {
    const permits = new Permits(1);
    function* takeFour(): Program<void> {
      for (let i = 0; i < 4; i++) {
        yield* awaited(permits.take());
        try {
          yield* awaited(sleep(i % 2));
        } finally {
          permits.give();
        }
      }
    }
    return {
      *run() {
        const other = startTask(takeFour);
        yield* takeFour();
        yield* awaited(shield(other));
        return "ended";
      },
      check() {
        // Whoever got one has given it back: none was lost on its way to a task that was cancelled.
        expect(permits.out).toBe(0);
      },
    };
  },

  "permits taken under a timeout that comes in the same moment": () => {
    const permits = new Permits(0);
    let taken = 0;
    return {
      *run() {
        permits.out = 1;
        getRunningLoop().callLater(5, () => permits.give());
        try {
          yield* awaited(waitFor(permits.take(), 5));
          taken++;
          permits.give();
        } catch (error) {
          if (!(error instanceof TimeoutError)) throw error;
        }
        yield* awaited(sleep(1));
        return taken === 1 ? "taken" : "missed";
      },
      check(ending) {
        // It was there in the moment of the deadline, so it counts; and whoever got it has given it back.
        expect(["taken", "cancelled"]).toContain(ending);
        expect(permits.out).toBe(taken === 1 || ending === "taken" ? 0 : permits.out);
      },
    };
  },

  "gather, wait, waitFor, shield and asCompleted, one after the other": ({ body }) => ({
    *run() {
      const step = (delay: number) =>
        body(function* () {
          yield* awaited(sleep(delay));
          return delay;
        });
      yield* awaited(gather([step(1), step(2)]));
      yield* awaited(gather({ a: step(1) }, { returnExceptions: true }));
      yield* awaited(wait([createTask(step(1)), createTask(step(2))], { returnWhen: "FIRST_COMPLETED" }));
      yield* awaited(wait([createTask(step(1))], { timeout: 5 }));
      yield* awaited(waitFor(step(1), 10));
      yield* awaited(shield(createTask(step(1))));
      for (const next of asCompleted([step(2), step(1)])) yield* awaited(next);
      return "ended";
    },
  }),

  "a task that cleans up with a task group": ({ inGroup }) => {
    let cleaned = 0;
    let begun = 0;
    return {
      *run() {
        begun++;
        try {
          yield* awaited(sleep(1));
          yield* awaited(sleep(1));
        } finally {
          yield* awaited(
            inGroup(function* (group) {
              group.createTask(() => sleep(1));
              group.createTask(() => sleep(2));
            }),
          );
          cleaned++;
        }
        return "ended";
      },
      check(ending) {
        // Cancelled while it cleans up, it stops there.
        expect(cleaned).toBeLessThanOrEqual(begun);
        if (ending === "ended") expect(cleaned).toBe(1);
      },
    };
  },
};

describe.each(allKinds)("cancelled before every turn, in %s", (kind) => {
  test.each(Object.keys(programs))("%s leaves nothing behind", async (name) => {
    let program: Swept | undefined;
    const { endings, outcomes } = await cancelBeforeEachTurn(
      () => {
        program = (programs[name] as (kind: Kind) => Swept)(kind);
        return kind.body(program.run.bind(program));
      },
      (_, ending) => program?.check?.(ending),
    );
    for (const outcome of outcomes) {
      expect(outcome.reports.map((report) => `${report.message} ${String(report.exception)}`)).toEqual([]);
      expect(outcome.left).toBe(0);
      expect(outcome.error).toBeUndefined();
    }
    // The sweep has both: runs that were cancelled, and the last one, which was not.
    expect(endings.length).toBeGreaterThan(2);
    expect(endings).toContain("cancelled");
    expect(endings.at(-1)).not.toBe("cancelled");
  });

  test("a cancellation is delivered to a task that would wait for ever, wherever it comes", async () => {
    const events: string[] = [];
    const { endings } = await cancelBeforeEachTurn(() =>
      kind.body(function* () {
        const future = new Future<void>();
        getRunningLoop().callLater(2, () => future.setResult());
        yield* awaited(sleep(1));
        yield* awaited(future);
        yield* awaited(sleep(0));
        // Woken only by the cancellation.
        yield* awaited(sleep(1_000_000));
        events.push("woke by itself");
        return "ended";
      }),
    );
    // Not cancelled at all, and cancelled in the moment in which it had woken by itself.
    expect(endings.slice(-2)).toEqual(["ended", "ended"]);
    expect(new Set(endings.slice(0, -2))).toEqual(new Set(["cancelled"]));
    expect(events).toEqual(["woke by itself", "woke by itself"]);
  });

  test("the count of requests is 0 after groups and timeouts, wherever one ended", async () => {
    const counts: (number | undefined)[] = [];
    const signals: boolean[] = [];
    await cancelBeforeEachTurn(() =>
      kind.body(function* () {
        const inner = createTask(
          kind.body(function* () {
            try {
              yield* awaited(
                timeout(3).with(
                  kind.body(function* () {
                    yield* awaited(
                      kind.inGroup(function* (group) {
                        group.createTask(() => sleep(1000));
                        yield* awaited(sleep(1000));
                      }),
                    );
                  }),
                ),
              );
            } catch (error) {
              if (!(error instanceof TimeoutError)) throw error;
            }
            counts.push(currentTask()?.cancelling());
            signals.push(currentSignal().aborted);
          }),
        );
        yield* awaited(shield(inner));
        return "ended";
      }),
    );
    expect(new Set(counts)).toEqual(new Set([0]));
    expect(new Set(signals)).toEqual(new Set([false]));
  });
});

test("abortable waits, cancelled before every turn, abort their signals and end", async () => {
  let open = 0;
  const { endings, outcomes } = await cancelBeforeEachTurn(() => async () => {
    for (let i = 0; i < 3; i++) {
      await abortable((signal) => {
        open++;
        return new Promise<void>((resolve, reject) => {
          signal.addEventListener("abort", () => {
            open--;
            reject(signal.reason);
          });
          getRunningLoop().callLater(1, () => {
            if (signal.aborted) return;
            open--;
            resolve();
          });
        });
      });
      await sleep(0);
    }
    return "ended";
  });
  expect(open).toBe(0);
  expect(outcomes.every((outcome) => outcome.reports.length === 0 && outcome.left === 0)).toBe(true);
  expect(new Set(endings)).toEqual(new Set(["cancelled", "ended"]));
});
