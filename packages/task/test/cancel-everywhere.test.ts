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
  TaskGroup,
  timeout,
  TimeoutError,
  wait,
  waitFor,
} from "@asyncio-ts/task";
import { describe, expect, test } from "vitest";
import { allKinds, type Kind, type Scenario } from "./both-kinds.js";
import { cancelEverywhere } from "./cancel-everywhere.js";

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
interface Program {
  run(): Scenario<string>;
  check?(ending: string): void;
}

const programs: Record<string, (kind: Kind) => Program> = {
  "a few sleeps": () => ({
    *run() {
      yield sleep(1);
      yield sleep(0);
      yield sleep(1);
      return "ended";
    },
  }),

  "a task group": ({ body }) => {
    let running = 0;
    return {
      *run() {
        yield new TaskGroup().with(
          body(function* (group: TaskGroup): Scenario<void> {
            for (let i = 0; i < 3; i++) {
              group.createTask(
                body(function* (): Scenario<void> {
                  running++;
                  try {
                    yield sleep(i);
                    yield sleep(1);
                  } finally {
                    try {
                      yield sleep(0);
                    } finally {
                      running--;
                    }
                  }
                }),
              );
              yield sleep(0);
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

  "a task group whose task fails": ({ body }) => ({
    *run() {
      try {
        yield new TaskGroup().with(
          body(function* (group: TaskGroup): Scenario<void> {
            group.createTask(() => sleep(1000));
            group.createTask(
              body(function* (): Scenario<void> {
                yield sleep(2);
                throw new Error("failed");
              }),
            );
            yield sleep(1000);
          }),
        );
      } catch (error) {
        if (isCancelled(error)) throw error;
        yield sleep(1);
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
        yield timeout(5).with(
          body(function* (): Scenario<void> {
            try {
              yield sleep(2);
              yield sleep(1000);
            } finally {
              yield sleep(1);
            }
          }),
        );
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
        yield sleep(1);
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
      const result: string = yield timeout(50).with(
        body(function* (): Scenario<string> {
          yield sleep(1);
          yield sleep(0);
          return "in time";
        }),
      );
      return result;
    },
  }),

  "a task group inside a timeout that expires, inside a task group": ({ body }) => {
    let running = 0;
    return {
      *run() {
        let ending = "";
        yield new TaskGroup().with(
          body(function* (outer: TaskGroup): Scenario<void> {
            outer.createTask(
              body(function* (): Scenario<void> {
                running++;
                try {
                  yield sleep(10);
                } finally {
                  running--;
                }
              }),
            );
            try {
              yield timeout(5).with(
                body(function* (): Scenario<void> {
                  yield new TaskGroup().with(
                    body(function* (inner: TaskGroup): Scenario<void> {
                      for (let i = 0; i < 2; i++) {
                        inner.createTask(
                          body(function* (): Scenario<void> {
                            running++;
                            try {
                              yield sleep(1000);
                            } finally {
                              try {
                                yield sleep(1);
                              } finally {
                                running--;
                              }
                            }
                          }),
                        );
                      }
                      yield sleep(1000);
                    }),
                  );
                }),
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

  "permits that are handed over": ({ body }) => {
    const permits = new Permits(1);
    return {
      *run() {
        const other = createTask(
          body(function* (): Scenario<void> {
            for (let i = 0; i < 4; i++) {
              yield permits.take();
              try {
                yield sleep(i % 2);
              } finally {
                permits.give();
              }
            }
          }),
        );
        for (let i = 0; i < 4; i++) {
          yield permits.take();
          try {
            yield sleep(i % 2);
          } finally {
            permits.give();
          }
        }
        yield shield(other);
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
          yield waitFor(permits.take(), 5);
          taken++;
          permits.give();
        } catch (error) {
          if (!(error instanceof TimeoutError)) throw error;
        }
        yield sleep(1);
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
        body(function* (): Scenario<number> {
          yield sleep(delay);
          return delay;
        });
      yield gather([step(1), step(2)]);
      yield gather({ a: step(1) }, { returnExceptions: true });
      yield wait([createTask(step(1)), createTask(step(2))], { returnWhen: "FIRST_COMPLETED" });
      yield wait([createTask(step(1))], { timeout: 5 });
      yield waitFor(step(1), 10);
      yield shield(createTask(step(1)));
      for (const next of asCompleted([step(2), step(1)])) yield next;
      return "ended";
    },
  }),

  "a task that cleans up with a task group": ({ body }) => {
    let cleaned = 0;
    let begun = 0;
    return {
      *run() {
        begun++;
        try {
          yield sleep(1);
          yield sleep(1);
        } finally {
          yield new TaskGroup().with(
            body(function* (group: TaskGroup): Scenario<void> {
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

describe.each(allKinds)("cancelled before every turn, in $name", (kind) => {
  test.each(Object.keys(programs))("%s leaves nothing behind.", async (name) => {
    let program: Program | undefined;
    const { endings, outcomes } = await cancelEverywhere(
      () => {
        program = (programs[name] as (kind: Kind) => Program)(kind);
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

  test("a cancellation is delivered to a task that would wait for ever, wherever it comes.", async () => {
    const events: string[] = [];
    const { endings } = await cancelEverywhere(() =>
      kind.body(function* (): Scenario<string> {
        const future = new Future<void>();
        getRunningLoop().callLater(2, () => future.setResult());
        yield sleep(1);
        yield future;
        yield sleep(0);
        // Woken only by the cancellation.
        yield sleep(1_000_000);
        events.push("woke by itself");
        return "ended";
      }),
    );
    // Not cancelled at all, and cancelled in the moment in which it had woken by itself.
    expect(endings.slice(-2)).toEqual(["ended", "ended"]);
    expect(new Set(endings.slice(0, -2))).toEqual(new Set(["cancelled"]));
    expect(events).toEqual(["woke by itself", "woke by itself"]);
  });

  test("the count of requests is 0 after groups and timeouts, wherever one ended.", async () => {
    const counts: (number | undefined)[] = [];
    const signals: boolean[] = [];
    await cancelEverywhere(() =>
      kind.body(function* (): Scenario<string> {
        const inner = createTask(
          kind.body(function* (): Scenario<void> {
            try {
              yield timeout(3).with(
                kind.body(function* (): Scenario<void> {
                  yield new TaskGroup().with(
                    kind.body(function* (group: TaskGroup): Scenario<void> {
                      group.createTask(() => sleep(1000));
                      yield sleep(1000);
                    }),
                  );
                }),
              );
            } catch (error) {
              if (!(error instanceof TimeoutError)) throw error;
            }
            counts.push(currentTask()?.cancelling());
            signals.push(currentSignal().aborted);
          }),
        );
        yield shield(inner);
        return "ended";
      }),
    );
    expect(new Set(counts)).toEqual(new Set([0]));
    expect(new Set(signals)).toEqual(new Set([false]));
  });
});

test("abortable waits, cancelled before every turn, abort their signals and end.", async () => {
  let open = 0;
  const { endings, outcomes } = await cancelEverywhere(() => async () => {
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
