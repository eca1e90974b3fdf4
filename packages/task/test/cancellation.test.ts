/**
 * Which code of a task is told of a cancellation: docs/decisions/cancellation.md, line by line.
 */
import { coroutine } from "@asyncio-ts/coroutine";
import { type Awaitable, Future } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import {
  abortable,
  createTask,
  currentSignal,
  currentTask,
  gather,
  run,
  shield,
  sleep,
  type Task,
  TaskGroup,
  timeout,
} from "@asyncio-ts/task";
import { describe, expect, test } from "vitest";
import {
  awaited,
  bothKinds,
  errorOf,
  nameOf,
  needing,
  outcomeOf,
  rejectionOf,
  runVirtual,
} from "@asyncio-ts/testkit";
import { setTimeout as promisedTimeout } from "node:timers/promises";
import { Cancellation } from "../src/cancellation.js";
import { cancellationOf } from "../src/members.js";
import { deferred, native } from "./native.js";

/** Records what `wait` comes to, and when. */
async function note(events: string[], name: string, wait: PromiseLike<unknown>): Promise<void> {
  try {
    await wait;
    events.push(`${name} ends at ${getRunningLoop().time()}`);
  } catch (error) {
    events.push(`${name}: ${nameOf(error)} at ${getRunningLoop().time()}`);
    throw error;
  }
}

/** Runs `body` as a task, cancels it at 15 ms, and tells how it ended. */
function cancelledAt15(body: () => Promise<unknown>): Promise<string> {
  return runVirtual(async () => {
    const task = createTask(body);
    getRunningLoop().callLater(15, () => task.cancel());
    const ending = await task.then(() => "returned", nameOf);
    return `${ending} at ${getRunningLoop().time()}`;
  });
}

/** A wait outside of the library that ends once `signal` is aborted. */
function foreignWait(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new DOMException("stopped", "AbortError")));
  });
}

/** Two native promises that resolve in the same moment, at 35 ms, in their order. */
function resolvedAt35(): [Promise<void>, Promise<void>] {
  const [first, second] = [deferred(), deferred()];
  getRunningLoop().callLater(35, () => {
    first.resolve();
    second.resolve();
  });
  return [first.promise, second.promise];
}

const leftovers: [string, () => Promise<unknown>][] = [
  ["a race", () => Promise.race([native(5), sleep(10_000)])],
  ["a race with an async function", () => Promise.race([native(5), (async () => await sleep(10_000))()])],
  ["Promise.any", () => Promise.any([native(5), sleep(10_000)])],
  [
    "a function in the background",
    async () => {
      const beat = async () => {
        for (;;) await sleep(10);
      };
      beat().catch(() => {});
      await native(5);
    },
  ],
  [
    "a function in the background that cleans up",
    async () => {
      const beat = async () => {
        try {
          for (;;) await sleep(10);
        } finally {
          await sleep(3);
          await native(3);
          await sleep(3);
        }
      };
      beat().catch(() => {});
      await native(5);
    },
  ],
  [
    "a function in the background that swallows it",
    async () => {
      const beat = async () => {
        for (let i = 0; i < 30; i++) await sleep(10).catch(() => {});
      };
      void beat();
      await native(5);
    },
  ],
];

describe.each(leftovers)("beside the leftover of %s", needing("promise hooks"), (_title, leave) => {
  const body = async (): Promise<void> => {
    await leave();
    await native(30);
    await sleep(500);
  };

  test("cancel() reaches the line that awaits a native promise, at its next wait", async () => {
    expect(await cancelledAt15(body)).toBe("cancelled at 35");
  });

  test("so does a timeout, and a sibling that fails", async () => {
    const events: string[] = [];
    await runVirtual(async () => {
      await note(events, "timeout", timeout(15).with(body)).catch(() => {});
      const group = new TaskGroup().with(async (tasks) => {
        tasks.createTask(body);
        tasks.createTask(async () => {
          await sleep(15);
          throw new Error("boom");
        });
      });
      await note(events, "group", group).catch(() => {});
    });
    expect(events).toEqual([
      "timeout: TimeoutError: timed out after 15 ms at 35",
      "group: ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception: Error: boom) at 70",
    ]);
  });
});

test("a clean-up is not disturbed by another loop, which the same event wakes", async () => {
  const events: string[] = [];
  const [first, second] = [deferred(), deferred()];
  let cancelled: Task<void> | undefined;
  const woken = new Future<void>();
  const runs = [
    run(async () => {
      cancelled = createTask(async () => {
        first.resolve();
        try {
          await sleep(60_000);
        } finally {
          await sleep(1).then(
            () => events.push("cleaned up"),
            () => events.push("disturbed"),
          );
        }
      });
      await cancelled.catch(() => {});
    }),
    run(async () => {
      second.resolve();
      await woken;
      events.push("the other run is woken");
    }),
  ];
  await Promise.all([first.promise, second.promise]);
  // Until both loops are idle.
  await new Promise((resolve) => setTimeout(resolve, 1));
  cancelled?.cancel();
  woken.setResult();
  await Promise.all(runs);
  expect(events).toEqual(["the other run is woken", "cleaned up"]);
});

describe("code that was woken before a line was told", needing("way to drain the microtasks at once"), () => {
  test("by a tick that came before the loop's is cancelled all the same", () =>
    run(async () => {
      const [begun, closed] = [deferred(), deferred()];
      const task = createTask(async () => {
        const beat = async (): Promise<void> => {
          for (;;) await sleep(100);
        };
        beat().catch(() => {});
        begun.resolve();
        await closed.promise;
        await sleep(50);
      });
      await begun.promise;
      await new Promise<void>((resolve) => {
        // In no turn of the loop.
        setTimeout(async () => {
          task.cancel();
          await Promise.resolve();
          process.nextTick(closed.resolve);
          resolve();
        }, 0);
      });
      expect(nameOf(await rejectionOf(task))).toBe("cancelled");
    }));

  test.each(["one step", "two"])("by %s of a generator is cancelled all the same", (steps) =>
    runVirtual(async () => {
      const { promise, resolve } = deferred();
      const task = createTask(async () => {
        sleep(1000).catch(() => {});
        await promise;
        await sleep(50);
      });
      await sleep(5);
      createTask(function* () {
        task.cancel();
        if (steps === "one step") resolve();
      });
      createTask(function* () {
        if (steps === "two") resolve();
      });
      expect(nameOf(await rejectionOf(task))).toBe("cancelled");
    }),
  );
});

describe("a line that was told is not disturbed", () => {
  test(
    "in a finally block that awaits native promises, and more than the time of grace",
    needing("promise hooks"),
    async () => {
      const events: string[] = [];
      const ending = await cancelledAt15(async () => {
        try {
          await sleep(10_000);
        } finally {
          await native(30);
          await note(events, "the first wait", sleep(500));
          await native(30);
          await note(events, "the second wait", sleep(500));
        }
      });
      expect(events).toEqual(["the first wait ends at 545", "the second wait ends at 1075"]);
      expect(ending).toBe("cancelled at 1075");
    },
  );

  test(
    "in the finally block of the function that awaits the one that was cleaning up",
    needing("promise hooks"),
    async () => {
      const events: string[] = [];
      const inner = async (): Promise<void> => {
        try {
          await sleep(10_000);
        } finally {
          await native(30);
        }
      };
      await cancelledAt15(async () => {
        try {
          await inner();
        } finally {
          await note(events, "the wait", sleep(500));
        }
      });
      expect(events).toEqual(["the wait ends at 545"]);
    },
  );

  test("in two branches of Promise.all, each of which cleans up", needing("promise hooks"), async () => {
    const events: string[] = [];
    const branch = async (name: string, delay: number): Promise<void> => {
      try {
        await sleep(10_000);
      } finally {
        await native(delay);
        await note(events, name, sleep(delay));
      }
    };
    await cancelledAt15(async () => {
      await Promise.allSettled([branch("a", 20), branch("b", 300)]);
    });
    expect(events).toEqual(["a ends at 55", "b ends at 615"]);
  });

  test(
    "when it swallows the cancellation, and goes on with native promises",
    needing("promise hooks"),
    async () => {
      const ending = await cancelledAt15(async () => {
        await sleep(10_000).catch(() => {});
        for (let i = 0; i < 5; i++) {
          await native(30);
          await sleep(30);
        }
      });
      expect(ending).toBe("returned at 315");
    },
  );

  test("but a request that it makes itself reaches it, at its next wait", async () => {
    const events: string[] = [];
    const ending = await cancelledAt15(async () => {
      try {
        await sleep(10_000);
      } finally {
        currentTask()?.cancel("again");
        await note(events, "cleaning up", sleep(500));
      }
    });
    expect(events).toEqual(["cleaning up: cancelled: again at 15"]);
    expect(ending).toBe("cancelled: again at 15");
  });

  test("but a new request reaches it", async () => {
    const events: string[] = [];
    await runVirtual(async () => {
      const task = createTask(async () => {
        try {
          await sleep(10_000);
        } finally {
          await native(10);
          await note(events, "cleaning up", sleep(500));
        }
      });
      for (const delay of [5, 20]) getRunningLoop().callLater(delay, () => task.cancel(`at ${delay}`));
      await task.catch(() => {});
    });
    expect(events).toEqual(["cleaning up: cancelled: at 20 at 20"]);
  });
});

describe.each(bothKinds)("in %s", ({ body, startTask, runProgram }) => {
  test("a clean-up as long as it likes is not disturbed where the library has told it, also after an abort", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const task = startTask(function* () {
        currentSignal();
        try {
          yield* awaited(sleep(1000));
        } finally {
          yield* awaited(sleep(300));
          events.push(`cleaned up at ${getRunningLoop().time()}`);
        }
      });
      yield* awaited(sleep(1));
      task.cancel();
      yield* errorOf(task);
    });
    expect(events).toEqual(["cleaned up at 301"]);
  });

  test("a request that a line makes itself as it is told reaches it at its next wait", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const task = startTask(function* () {
        yield* errorOf(sleep(1000));
        currentTask()?.cancel("by itself");
        events.push(nameOf(yield* errorOf(sleep(10))));
        yield* awaited(sleep(20));
        events.push(`cleaned up at ${getRunningLoop().time()}`);
      });
      yield* awaited(sleep(1));
      task.cancel();
      yield* awaited(task);
    });
    expect(events).toEqual(["cancelled: by itself", "cleaned up at 21"]);
  });

  test("a child that keeps its result leaves the request with the parent", async () => {
    const events: string[] = [];
    const main = body(function* () {
      const gate = new Future<string>();
      const child = startTask(function* () {
        return yield* awaited(gate);
      });
      const parent = startTask(function* () {
        events.push(yield* awaited(child));
        yield* awaited(sleep(500));
      });
      yield* awaited(sleep(1));
      gate.setResult("the result");
      parent.cancel();
      yield* awaited(sleep(1));
      return [parent.cancelled(), parent.cancelling(), child.result()];
    });
    expect(await runVirtual(main)).toEqual([true, 1, "the result"]);
    expect(events).toEqual(["the result"]);
  });

  test(
    "so does a child of which only a function in the background was cancelled",
    needing("promise hooks"),
    async () => {
      const events: string[] = [];
      const main = body(function* () {
        const child = createTask(async () => {
          void sleep(1000).then(null, () => events.push("the leftover is cancelled"));
          await native(50);
          return "the result";
        });
        const limit = timeout(20).with(
          body(function* () {
            events.push(yield* awaited(child));
            yield* awaited(sleep(500));
          }),
        );
        events.push(`${nameOf(yield* errorOf(limit))}, ${getRunningLoop().time()}`);
      });
      await runVirtual(main);
      expect(events).toEqual([
        "the leftover is cancelled",
        "the result",
        "TimeoutError: timed out after 20 ms, 50",
      ]);
    },
  );

  test("of each request, if there are several", async () => {
    const events: string[] = [];
    const main = body(function* () {
      const child = createTask(async () => {
        void sleep(1000).catch(() => {});
        await native(50);
      });
      const parent = startTask(function* () {
        yield* awaited(child);
        yield* awaited(sleep(500));
      });
      yield* awaited(sleep(1));
      parent.cancel();
      yield* awaited(sleep(1));
      parent.cancel();
      events.push(`${nameOf(yield* errorOf(parent))} at ${getRunningLoop().time()}`);
    });
    await runVirtual(main);
    expect(events).toEqual(["cancelled at 50"]);
  });

  test("but not one that has swallowed the request, and taken it back or not", async () => {
    const events: string[] = [];
    const main = body(function* () {
      for (const takesBack of [false, true]) {
        const child = startTask(function* () {
          yield* errorOf(sleep(1000));
          if (takesBack) currentTask()?.uncancel();
          yield* awaited(sleep(30));
          return "swallowed";
        });
        const parent = startTask(function* () {
          events.push(yield* awaited(child));
          yield* awaited(sleep(500));
          events.push("not disturbed");
        });
        yield* awaited(sleep(1));
        parent.cancel();
        yield* awaited(parent);
      }
    });
    await runVirtual(main);
    expect(events).toEqual(["swallowed", "not disturbed", "swallowed", "not disturbed"]);
  });

  test.each<[string, (middle: Task<string>) => unknown]>([
    ["whose own child has swallowed the request, though it was taken back", (middle) => middle.uncancel()],
    ["that has swallowed one of two requests, though the second was not thrown", (middle) => middle.cancel()],
  ])("nor one %s meanwhile", async (_title, meanwhile) => {
    const events: string[] = [];
    const main = body(function* () {
      const last = startTask(function* () {
        yield* errorOf(sleep(1000));
        meanwhile(middle);
        return "swallowed";
      });
      const middle: Task<string> = startTask(function* () {
        return yield* awaited(last);
      });
      const first = startTask(function* () {
        events.push(yield* awaited(middle));
        yield* awaited(sleep(0));
        events.push("not disturbed");
      });
      yield* awaited(sleep(1));
      first.cancel();
      yield* awaited(first);
    });
    await runVirtual(main);
    expect(events).toEqual(["swallowed", "not disturbed"]);
  });

  test.each<[string, (middle: Task<string>) => Awaitable<unknown>]>([
    ["a child", (middle) => middle],
    ["a gather", (middle) => gather([middle])],
  ])(
    "but a request stays due that came after the one which the child of %s has swallowed",
    async (_title, through) => {
      const events: string[] = [];
      const main = body(function* () {
        const last = startTask(function* () {
          yield* errorOf(sleep(1000));
          first.cancel();
          throw new RangeError("by itself");
        });
        const middle: Task<string> = startTask(function* () {
          return yield* awaited(last);
        });
        const first: Task<void> = startTask(function* () {
          events.push(nameOf(yield* errorOf(through(middle))));
          events.push(nameOf(yield* errorOf(sleep(1))));
        });
        yield* awaited(sleep(1));
        first.cancel();
        yield* awaited(first);
      });
      await runVirtual(main);
      expect(events).toEqual(["RangeError: by itself", "cancelled"]);
    },
  );

  test("through a gather, a child that fails by itself leaves the request with the parent", async () => {
    const events: string[] = [];
    const main = body(function* () {
      const gate = new Future<void>();
      const failing = body(function* () {
        yield* awaited(gate);
        throw new Error("on its way");
      });
      const parent = startTask(function* () {
        events.push(nameOf(yield* errorOf(gather([failing, () => sleep(500)]))));
        yield* awaited(sleep(500));
      });
      yield* awaited(sleep(1));
      gate.setResult();
      parent.cancel();
      yield* awaited(sleep(1));
      return parent.cancelled();
    });
    expect(await runVirtual(main)).toBe(true);
    expect(events).toEqual(["Error: on its way"]);
  });

  test("an operation that ignores its signal keeps its value, and the timeout expires at the next wait", async () => {
    const events: string[] = [];
    await runProgram(function* () {
      const limit = timeout(20).with(
        body(function* () {
          events.push(yield* awaited(abortable(() => native(50).then(() => "done"))));
          yield* awaited(sleep(500));
        }),
      );
      events.push(`${nameOf(yield* errorOf(limit))}, ${getRunningLoop().time()}`);
    });
    expect(events).toEqual(["done", "TimeoutError: timed out after 20 ms, 50"]);
  });

  test("a cancellation from outside that comes while a group is being cancelled leaves the group", async () => {
    const group = body(function* () {
      yield* awaited(
        new TaskGroup().with((tasks) => {
          tasks.createTask(
            body(function* () {
              try {
                yield* awaited(sleep(500));
              } finally {
                yield* awaited(sleep(50));
              }
            }),
          );
          getRunningLoop().callLater(5, () => tasks.cancel());
        }),
      );
      yield* awaited(sleep(500));
    });
    const main = body(function* () {
      const events: string[] = [];
      const task = createTask(group);
      yield* awaited(sleep(20));
      task.cancel();
      events.push(`${nameOf(yield* errorOf(task))}, ${task.cancelled()}, ${getRunningLoop().time()}`);
      events.push(`${nameOf(yield* errorOf(timeout(20).with(group)))}, ${getRunningLoop().time()}`);
      return events;
    });
    expect(await runVirtual(main)).toEqual([
      "cancelled, true, 55",
      "TimeoutError: timed out after 20 ms, 110",
    ]);
  });

  test("a group, a timeout and a cancellation in the same moment each do their own work", async () => {
    const events: string[] = [];
    const main = body(function* () {
      const task: Task<void> = startTask(function* () {
        const limit = timeout(10);
        try {
          yield* awaited(
            limit.with(() =>
              new TaskGroup().with(async (group) => {
                getRunningLoop().callLater(10, () => group.cancel());
                await sleep(500);
              }),
            ),
          );
        } catch (error) {
          events.push(`${nameOf(error)}, expired ${limit.expired()}, cancelling ${task.cancelling()}`);
          throw error;
        }
      });
      getRunningLoop().callLater(10, () => task.cancel());
      yield* awaited(sleep(20));
      return task.cancelled();
    });
    expect(await runVirtual(main)).toBe(true);
    expect(events).toEqual(["cancelled, expired true, cancelling 1"]);
  });
});

test("a shield that is cancelled tells its line, and what is inside runs on", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const inner = createTask(() => note(events, "inside", sleep(30)));
    const outer = createTask(() => note(events, "outside", shield(inner)));
    getRunningLoop().callLater(10, () => outer.cancel());
    await inner;
  });
  expect(events).toEqual(["outside: cancelled at 10", "inside ends at 30"]);
});

describe("a task that has asked for its signal", () => {
  test("is cancelled within the time of grace, if it does not answer", async () => {
    const ending = await cancelledAt15(async () => {
      currentSignal();
      await native(20);
      await sleep(500);
    });
    expect(ending).toBe("cancelled at 120");
  });

  test("is not disturbed in a clean-up shorter than that", async () => {
    const events: string[] = [];
    const ending = await cancelledAt15(async () => {
      try {
        await foreignWait(currentSignal());
      } finally {
        await native(200);
        await note(events, "cleaning up", sleep(90));
      }
    });
    expect(events).toEqual(["cleaning up ends at 305"]);
    expect(ending).toBe("cancelled at 305");
  });

  test("is disturbed in a longer one: the other side of the same", async () => {
    const events: string[] = [];
    await cancelledAt15(async () => {
      try {
        await foreignWait(currentSignal());
      } finally {
        await note(events, "cleaning up", sleep(500));
      }
    });
    expect(events).toEqual(["cleaning up: cancelled at 115"]);
  });
});

test("a task that has asked for its signal is not disturbed if a value was on its way, and what it does next refuses", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const arriving = new Future<void>();
    const task = createTask(async () => {
      const signal = currentSignal();
      await arriving;
      try {
        signal.throwIfAborted();
      } finally {
        await note(events, "cleaning up", sleep(10));
      }
    });
    await sleep(1);
    arriving.setResult();
    task.cancel();
    await task.catch(() => {});
  });
  expect(events).toEqual(["cleaning up ends at 11"]);
});

describe(
  "told code that a line which was not told wakes by a native promise",
  needing("promise hooks"),
  () => {
    /** Ends at 30, by an operation that ignores its signal, what `other` awaits; then ends as that does. */
    const endsAt30 = async (
      other: (awaited: Promise<void>) => Promise<void>,
      then: () => Promise<void>,
    ): Promise<void> => {
      const awaited = deferred();
      const ending = other(awaited.promise);
      const main = async (): Promise<void> => {
        await abortable(() => native(30));
        awaited.resolve();
        await then();
      };
      main().catch(() => {});
      await ending;
    };

    test("is not disturbed, and that line is cancelled", async () => {
      const events: string[] = [];
      const untold = async (): Promise<void> => {
        await undefined;
        await note(events, "the line", sleep(500));
      };
      await cancelledAt15(async () => {
        await endsAt30(async (awaited) => {
          try {
            await sleep(10_000);
          } finally {
            await awaited;
            await note(events, "the clean-up", sleep(50));
          }
        }, untold);
      });
      expect(events).toEqual(["the line: cancelled at 30", "the clean-up ends at 80"]);
    });

    test("has swallowed the request for the parent if it ends the task", async () => {
      const events: string[] = [];
      await cancelledAt15(async () => {
        await createTask(async () => {
          await endsAt30(
            async (awaited) => {
              await sleep(10_000).catch(() => {});
              await awaited;
            },
            async () => {},
          );
        });
        await note(events, "the parent", sleep(50));
      });
      expect(events).toEqual(["the parent ends at 80"]);
    });
  },
);

describe("told code that settles a native promise", () => {
  test("tells whoever awaits that: a clean-up goes on in its caller", needing("promise hooks"), async () => {
    const events: string[] = [];
    await cancelledAt15(async () => {
      await new Promise<void>((resolve) => {
        void sleep(10_000).catch(async () => {
          await native(5);
          resolve();
        });
      });
      await note(events, "the caller", sleep(500));
    });
    expect(events).toEqual(["the caller ends at 520"]);
  });

  test("tells a line that was not told, too: the other side of the same", async () => {
    const ending = await cancelledAt15(async () => {
      let resolve!: () => void;
      const stopped = new Promise<void>((resolved) => (resolve = resolved));
      void sleep(10_000).catch(() => resolve());
      await stopped;
      await sleep(30);
    });
    expect(ending).toBe("returned at 45");
  });
});

test(
  "one event that resumes a told line first, and then one that was not told, tells nobody",
  needing("promise hooks"),
  async () => {
    const events: string[] = [];
    const ending = await cancelledAt15(async () => {
      const [forTold, forMain] = resolvedAt35();
      const cleansUp = async () => {
        try {
          await sleep(10_000);
        } finally {
          await forTold;
          await note(events, "the clean-up", sleep(50));
        }
      };
      const caller = async () => {
        try {
          await cleansUp();
        } finally {
          await note(events, "its caller's", sleep(10));
        }
      };
      caller().catch(() => {});
      await forMain;
      try {
        await sleep(500);
      } finally {
        await sleep(200);
      }
    });
    expect(events).toEqual(["the clean-up ends at 85", "its caller's ends at 95"]);
    expect(ending).toBe("cancelled at 235");
  },
);

test(
  "code that a told line wakes by way of a plain microtask is told",
  needing("promise hooks"),
  async () => {
    const events: string[] = [];
    await cancelledAt15(async () => {
      const cleanedUp = deferred();
      const cleansUp = async (): Promise<void> => {
        try {
          await sleep(10_000);
        } catch {
          await native(5);
          queueMicrotask(cleanedUp.resolve);
        }
      };
      void cleansUp();
      await cleanedUp.promise;
      await note(events, "who awaits that", sleep(50));
    });
    expect(events).toEqual(["who awaits that ends at 70"]);
  },
);

test(
  "code that awaits a function which returned a promise is told as that is",
  needing("promise hooks"),
  async () => {
    const events: string[] = [];
    await cancelledAt15(async () => {
      const cleansUp = async (): Promise<void> => {
        try {
          await sleep(10_000);
        } catch {
          await native(5);
          return native(5);
        }
      };
      const caller = async (): Promise<void> => {
        await cleansUp();
        await note(events, "its caller", sleep(50));
      };
      await caller();
    });
    expect(events).toEqual(["its caller ends at 75"]);
  },
);

test("code that a told line wakes is told, also if more of the told line runs before it", async () => {
  const events: string[] = [];
  await cancelledAt15(async () => {
    await new TaskGroup().with(async () => {
      await Promise.allSettled([sleep(10_000)]);
      await native(5);
      void (async () => {
        await coroutine(async () => {})();
      })();
    });
    await note(events, "the clean-up", sleep(50));
  });
  expect(events).toEqual(["the clean-up ends at 70"]);
});

describe("one that awaits from then on how the told line ends", () => {
  const afterTold = async (told: "still runs" | "has ended"): Promise<string[]> => {
    const events: string[] = [];
    await cancelledAt15(async () => {
      const [forTold, forMain] = resolvedAt35();
      const cleansUp = async () => {
        try {
          await sleep(10_000);
        } finally {
          await forTold;
          if (told === "still runs") await Promise.resolve();
        }
      };
      const stopped = cleansUp();
      stopped.catch(() => {});
      await forMain;
      try {
        await stopped;
      } finally {
        await note(events, "the clean-up", sleep(50)).catch(() => {});
      }
    });
    return events;
  };

  test("cleans up undisturbed if that has not ended yet", needing("promise hooks"), async () => {
    expect(await afterTold("still runs")).toEqual(["the clean-up ends at 85"]);
  });

  test("is interrupted if it has: the other side of the same", needing("promise hooks"), async () => {
    expect(await afterTold("has ended")).toEqual(["the clean-up: cancelled at 35"]);
  });
});

describe("a chain of 10,000 tasks", () => {
  const chain = (length: number): Task<void> =>
    createTask(async () => {
      if (length > 1) await chain(length - 1);
      else await sleep(500);
    });

  test("is cancelled from its beginning, again and again, and ends from its end", async () => {
    const { error, left } = await outcomeOf(async () => {
      const first = chain(10_000);
      await sleep(1);
      first.cancel();
      first.cancel();
      await first;
    });
    expect([nameOf(error), left]).toEqual(["cancelled", 0]);
  });

  test("of gathers in gathers, too", async () => {
    const { error } = await outcomeOf(async () => {
      let all: PromiseLike<unknown> = gather([() => sleep(500), () => sleep(500)]);
      for (let i = 0; i < 10_000; i++) all = gather([all]);
      const task = createTask(async () => await all);
      await sleep(1);
      task.cancel();
      await task;
    });
    expect(nameOf(error)).toBe("cancelled");
  });
});

test("tasks that await each other by way of gather() can be cancelled", async () => {
  const { result } = await outcomeOf(async () => {
    const tasks: Task<unknown>[] = [];
    for (let i = 0; i < 3; i++)
      tasks.push(createTask(async () => await gather([tasks[(i + 1) % 3] as Task<unknown>])));
    await sleep(1);
    tasks[0]?.cancel();
    await sleep(1);
    return tasks.map((task) => task.cancelled());
  });
  expect(result).toEqual([true, true, true]);
});

test("code that was told of a second request, too, is not disturbed after a native promise", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const task = createTask(async () => {
      try {
        await sleep(1000);
      } finally {
        try {
          await note(events, "clean-up", sleep(1000));
        } finally {
          await native(5);
          await note(events, "its clean-up", sleep(5));
        }
      }
    });
    for (const delay of [15, 10]) {
      await sleep(delay);
      task.cancel();
    }
    await task.catch(() => {});
  });
  expect(events).toEqual(["clean-up: cancelled at 25", "its clean-up ends at 35"]);
});

describe("a request that is due when a scope is entered leaves the scope", () => {
  test("or is due again, if that is a timeout which expires in the same moment", async () => {
    const events: string[] = [];
    const ending = await runVirtual(async () => {
      const future = new Future<void>();
      const task = createTask(async () => {
        await future;
        await timeout(0)
          .with(() => sleep(10))
          .catch((error: unknown) => events.push(nameOf(error)));
        await sleep(500);
      });
      await sleep(15);
      future.setResult();
      task.cancel();
      return await task.then(() => "returned", nameOf);
    });
    expect(events).toEqual(["TimeoutError: timed out after 0 ms"]);
    expect(ending).toBe("cancelled");
  });

  test("or is forgotten, as in asyncio, if the task made it itself", async () => {
    const ending = await runVirtual(async () => {
      const task = createTask(async () => {
        currentTask()?.cancel();
        await timeout(0)
          .with(() => sleep(10))
          .catch(() => {});
        await sleep(500);
      });
      return await task.then(() => "returned", nameOf);
    });
    expect(ending).toBe("returned");
  });

  test("if that is a group which is cancelled at once", needing("promise hooks"), async () => {
    const ending = await cancelledAt15(async () => {
      await Promise.race([native(5), sleep(10_000)]);
      await native(15);
      await new TaskGroup().with(async (group) => {
        group.cancel();
        await sleep(10);
      });
    });
    expect(ending).toBe("cancelled at 20");
  });
});

test("as in asyncio, a group that fails in a clean-up has the request delivered once more", async () => {
  const events: string[] = [];
  const ending = await cancelledAt15(async () => {
    try {
      await sleep(1000);
    } finally {
      await new TaskGroup()
        .with(async (group) => {
          group.createTask(async () => {
            throw new Error("no");
          });
        })
        .catch(() => {});
      await note(events, "clean-up", sleep(10));
    }
  });
  expect(events).toEqual(["clean-up: cancelled at 15"]);
  expect(ending).toBe("cancelled at 15");
});

test("a group that fails makes a request due again in its own line alone", async () => {
  const events: string[] = [];
  const ending = await cancelledAt15(async () => {
    const failing = async (): Promise<void> => {
      try {
        await new TaskGroup().with(async () => {
          await sleep(1000).catch(() => {});
          await sleep(5);
          throw new Error("no");
        });
      } finally {
        await note(events, "line of the group", sleep(10));
      }
    };
    failing().catch(() => {});
    try {
      await sleep(1000);
    } finally {
      await note(events, "other line", sleep(10));
      await note(events, "other line", sleep(10));
    }
  });
  expect(events).toEqual([
    "line of the group: cancelled at 20",
    "other line ends at 25",
    "other line ends at 35",
  ]);
  expect(ending).toBe("cancelled at 35");
});

test("a child that has swallowed a request has not answered for one that came after its end", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const loop = getRunningLoop();
    const task = createTask(async () => {
      const child = createTask(async () => {
        await sleep(1000).catch(() => {});
        // The child is done, and the task has not heard of it yet.
        loop.callSoon(() => task.cancel());
      });
      await child;
      await note(events, "parent", sleep(10));
    });
    await sleep(15);
    task.cancel();
    await task.catch(() => {});
  });
  expect(events).toEqual(["parent: cancelled at 15"]);
});

test("a clean-up is not disturbed if its task was told in the turn after an operation of another was aborted", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const task = createTask(async () => {
      try {
        await sleep(1000);
      } catch {
        await new TaskGroup().with(async (group) => {
          group.createTask(async () => {
            await sleep(0);
            throw new Error("no");
          });
          group.createTask(async () => {
            try {
              await sleep(1000);
            } finally {
              await native(1);
              await note(events, "clean-up", sleep(10));
            }
          });
          await abortable(async (signal) => {
            await new Promise((resolve) => signal.addEventListener("abort", resolve));
            throw signal.reason;
          });
        });
      }
    });
    await sleep(15);
    task.cancel();
    await task.catch(() => {});
  });
  expect(events).toEqual(["clean-up ends at 26"]);
});

test("a child that keeps its result has not answered for its parent by what it leaves behind", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const future = new Future<void>();
    const task = createTask(async () => {
      await createTask(async () => {
        await Promise.race([sleep(1000), future]);
      });
      await note(events, "parent", sleep(10));
    });
    await sleep(15);
    future.setResult();
    task.cancel();
    await task.catch(() => {});
  });
  expect(events).toEqual(["parent: cancelled at 15"]);
});

test("a clean-up is not disturbed after a timeout in it whose request was never thrown", async () => {
  const events: string[] = [];
  await cancelledAt15(async () => {
    try {
      await sleep(1000);
    } finally {
      await timeout(1).with(async () => {
        await native(5);
        await abortable((signal) => new Promise((resolve) => signal.addEventListener("abort", resolve)));
      });
      await note(events, "clean-up", sleep(10));
    }
  });
  expect(events).toEqual(["clean-up ends at 30"]);
});

test("through a gather, a child that failed before the request has not answered for it", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const loop = getRunningLoop();
    const task = createTask(async () => {
      const failing = createTask(async () => {
        await timeout(5)
          .with(() => sleep(1000))
          .catch(() => {});
        loop.callSoon(() => task.cancel());
        throw new Error("no");
      });
      await gather([failing, createTask(() => sleep(1000))]).catch(() => {});
      await note(events, "parent", sleep(10));
    });
    await task.catch(() => {});
  });
  expect(events).toEqual(["parent: cancelled at 5"]);
});

test("a line that is left behind by a task which ends in its clean-up is not disturbed", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const task = createTask(async () => {
      try {
        await sleep(1000);
      } finally {
        const line = async (): Promise<void> => {
          await sleep(0);
          events.push("cleaned up");
        };
        line().catch((error: unknown) => events.push(nameOf(error)));
      }
    });
    await sleep(15);
    task.cancel();
    await task.catch(() => {});
    await sleep(1);
  });
  expect(events).toEqual(["cleaned up"]);
});

test("a task group that a task leaves behind ends when its tasks have ended", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const task = createTask(async () => {
      const group = new TaskGroup().with(async (tasks) => {
        tasks.createTask(() => native(20));
        tasks.cancel();
      });
      void note(events, "the group", group).catch(() => {});
      await sleep(10);
    });
    getRunningLoop().callLater(5, () => task.cancel());
    await task.catch(() => {});
    await sleep(100);
  });
  expect(events).toHaveLength(1);
});

test("a timeout is not misled by a group in another line, whose request was there when it was entered", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const failing = async (): Promise<void> => {
      await new TaskGroup().with(async (group) => {
        group.createTask(() => native(5).then(() => Promise.reject(new Error("no"))));
        group.createTask(() => native(10));
      });
    };
    const outer = timeout(20).with(async () => {
      failing().catch(() => {});
      await sleep(7).catch(() => {});
      await note(
        events,
        "inner",
        timeout(15).with(() => sleep(500)),
      );
    });
    await note(events, "outer", outer).catch(() => {});
  });
  expect(events).toEqual(["inner: cancelled at 20", "outer: TimeoutError: timed out after 20 ms at 20"]);
});

test(
  "a group that fails after a native promise has the request delivered once more, too",
  needing("promise hooks"),
  async () => {
    const events: string[] = [];
    await cancelledAt15(async () => {
      try {
        await sleep(10_000);
      } finally {
        const failing = new TaskGroup().with(async () => {
          await native(10);
          throw new Error("no");
        });
        await failing.catch(() => {});
        try {
          await note(events, "clean-up", sleep(500));
        } finally {
          // This is told code again.
          await native(10);
          await note(events, "its own clean-up", sleep(20));
        }
      }
    });
    expect(events).toEqual(["clean-up: cancelled at 25", "its own clean-up ends at 55"]);
  },
);

describe("clean-ups of several tasks", () => {
  /** Cancels three tasks that clean up by `close`, and records how each goes on. */
  const threeClosed = async (close: () => Promise<unknown>): Promise<string[]> => {
    const events: string[] = [];
    await runVirtual(async () => {
      const inner = async (): Promise<void> => {
        try {
          await sleep(1000);
        } finally {
          await close();
        }
      };
      const tasks = [1, 2, 3].map((n) =>
        createTask(async () => {
          try {
            await inner();
          } finally {
            await note(events, `close ${n}`, sleep(20));
          }
        }),
      );
      await sleep(10);
      for (const task of tasks) task.cancel();
      for (const task of tasks) await task.catch(() => {});
    });
    return events;
  };

  test("are not disturbed if they wait for one native promise", async () => {
    let closing: Promise<void> | undefined;
    expect(await threeClosed(() => (closing ??= native(50)))).toEqual([
      "close 1 ends at 80",
      "close 2 ends at 80",
      "close 3 ends at 80",
    ]);
  });

  test("are not disturbed if they wait for each other in a chain of native promises", async () => {
    let tail: Promise<unknown> = Promise.resolve();
    expect(await threeClosed(() => (tail = tail.then(() => native(5))))).toEqual([
      "close 1 ends at 35",
      "close 2 ends at 40",
      "close 3 ends at 45",
    ]);
  });

  test("are not disturbed if the clean-up of one ends what another waits for", async () => {
    const events: string[] = [];
    await runVirtual(async () => {
      let resolve!: () => void;
      const done = new Promise<void>((resolved) => (resolve = resolved));
      const cleaningUp = (cleanUp: () => Promise<void> | void) =>
        createTask(async () => {
          try {
            await sleep(1000);
          } finally {
            await cleanUp();
          }
        });
      const waiting = cleaningUp(async () => {
        await done;
        await note(events, "flush", sleep(10));
      });
      const ending = cleaningUp(() => resolve());
      await sleep(10);
      waiting.cancel();
      ending.cancel();
      await waiting.catch(() => {});
    });
    expect(events).toEqual(["flush ends at 20"]);
  });
});

test("finally after an aborted foreign wait is not interrupted again, when a generator task cancels it among others", async () => {
  const events: string[] = [];
  await run(function* () {
    const task = createTask(async () => {
      try {
        await promisedTimeout(60_000, undefined, { signal: currentSignal() });
      } finally {
        await sleep(1);
        events.push("cleaned up");
      }
    });
    yield* sleep(0);
    yield* sleep(0);
    createTask(function* () {});
    task.cancel();
    try {
      yield* task;
    } catch {}
  });
  expect(events).toEqual(["cleaned up"]);
});

test("what is left of a race does not take the cancellation for itself, if a value had arrived", async () => {
  await runVirtual(async () => {
    const future = new Future<void>();
    const task = createTask(async () => {
      await Promise.race([sleep(1), sleep(10_000)]);
      await future;
      await sleep(500);
    });
    await sleep(10);
    future.setResult();
    task.cancel();
    await sleep(1);
    expect(task.cancelled()).toBe(true);
  });
});

test.each([
  ["first", 0],
  ["second", 1],
  ["third", 2],
])(
  "each of several children that a request was passed on to answers it for its own line, the %s",
  async (_, place) => {
    const events: string[] = [];
    await runVirtual(async () => {
      const line = async (name: string, child: Task<string>) => {
        await note(events, `${name}, after "${await child}",`, sleep(10)).catch(() => {});
      };
      const swallowing = createTask(async () => {
        await sleep(1000).catch(() => sleep(5));
        return "swallowed";
      });
      const unreached = createTask(() => native(20).then(() => "a value"));
      const late = createTask(() => native(30).then(() => "a late value"));
      const task = createTask(() => {
        const lines = [() => line("b", unreached), () => line("c", late)];
        lines.splice(place, 0, () => line("a", swallowing));
        return Promise.all(lines.map((begin) => begin()));
      });
      await sleep(1);
      task.cancel();
      await task;
    });
    expect(events).toEqual([
      'a, after "swallowed", ends at 16',
      'b, after "a value",: cancelled at 20',
      'c, after "a late value",: cancelled at 30',
    ]);
  },
);

test("a child that ended in doubt has its parent's next wait left alone for 100 ms, and cancelled then", async () => {
  const ending = await cancelledAt15(async () => {
    const child = createTask(async () => {
      // With its signal handed out, the code after a native promise may have been told of the abort, or not.
      currentSignal();
      void sleep(1000).catch(() => {});
      await native(40);
    });
    await child;
    await sleep(1000);
  });
  expect(ending).toBe("cancelled at 140");
});

test("of two requests that a child was not told of, one stays due when the other is taken back", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const child = createTask(async () => {
      await sleep(1000).catch(() => {});
      await native(40);
    });
    const task = createTask(async () => {
      await timeout(20).with(async () => {
        await child;
        // Both calls of cancel(): the first, which the child has swallowed, and the last.
        currentTask()?.uncancel();
        currentTask()?.uncancel();
        await sleep(1000);
      });
    });
    getRunningLoop().callLater(15, () => task.cancel());
    getRunningLoop().callLater(30, () => task.cancel());
    await note(events, "task", task).catch(() => {});
  });
  expect(events).toEqual(["task: TimeoutError: timed out after 20 ms at 55"]);
});

test("what an abort cancels does not ask the task again that is being cancelled, and waits for it no more", async () => {
  await runVirtual(async () => {
    const child = createTask(() =>
      abortable(
        (signal) =>
          new Promise<void>((_, reject) => {
            signal.addEventListener("abort", () => {
              parent.cancel();
              getRunningLoop().callLater(10, () => reject(signal.reason));
            });
          }),
      ),
    );
    const parent = createTask(async () => await child);
    await sleep(1);
    child.cancel();
    const asked = child.cancelling();
    await parent.catch(() => {});
    expect([asked, parent.cancelled(), child.done()]).toEqual([1, true, false]);
  });
});

test("a task that has swallowed its own cancellation gets that of the one that awaits it, too", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const child = createTask(async () => {
      for (const name of ["first", "second"]) await note(events, name, sleep(1000)).catch(() => {});
    });
    const parent = createTask(async () => await child);
    getRunningLoop().callLater(1, () => child.cancel());
    getRunningLoop().callLater(2, () => parent.cancel());
    await parent;
  });
  expect(events).toEqual(["first: cancelled at 1", "second: cancelled at 2"]);
});

test("a child that ends by a cancellation of its own answers a request that comes before its parent goes on", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const child = createTask(async () => {
      try {
        await sleep(1000);
      } finally {
        // After the end of this task, and before the turn of the parent.
        getRunningLoop().callSoon(() => parent.cancel());
      }
    });
    const parent = createTask(async () => {
      await note(events, "child", child).catch(() => {});
      await note(events, "next", sleep(10));
    });
    await sleep(1);
    child.cancel();
    await parent;
  });
  expect(events).toEqual(["child: cancelled at 1", "next ends at 11"]);
});

test("a child whose request was taken back before it heard of it has not answered for its parent", async () => {
  await runVirtual(async () => {
    const loop = getRunningLoop();
    const grandchild = createTask(() => native(20));
    const child = createTask(async () => await grandchild);
    const parent = createTask(async () => {
      await child;
      await sleep(1000);
    });
    await sleep(1);
    parent.cancel();
    expect([child.uncancel(), grandchild.uncancel()]).toEqual([0, 0]);
    expect([nameOf(await parent.catch((error: unknown) => error)), loop.time()]).toEqual(["cancelled", 20]);
  });
});

test("a cancellation that is due is thrown by sleep(0) too, but not into a line in doubt", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const due = createTask(async () => {
      currentTask()?.cancel();
      await note(events, "due", sleep(0));
    });
    await due.catch(() => {});
    const doubtful = createTask(async () => {
      currentSignal();
      void sleep(1000).catch(() => {});
      await native(10);
      await note(events, "in doubt", sleep(0));
      await note(events, "afterwards", sleep(1000));
    });
    await sleep(5);
    doubtful.cancel();
    await doubtful.catch(() => {});
  });
  expect(events).toEqual(["due: cancelled at 0", "in doubt ends at 10", "afterwards: cancelled at 110"]);
});

test("a child answers for the line that awaits it, and not for the one beside it", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const child = createTask(() => sleep(1000).catch(() => sleep(5)));
    const task = createTask(() =>
      Promise.all([
        child.then(() => note(events, "after the child", sleep(10))),
        note(events, "beside it", sleep(1000)).catch(() => {}),
      ]),
    );
    await sleep(1);
    task.cancel();
    await task;
  });
  expect(events).toEqual(["beside it: cancelled at 1", "after the child ends at 16"]);
});

test("a child that has swallowed a request has answered it, although that was taken back in between", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const child = createTask(() => sleep(1000).catch(() => {}));
    const parent = createTask(async () => {
      await child;
      await note(events, "next", sleep(10));
    });
    await sleep(1);
    parent.cancel();
    child.uncancel();
    await parent;
  });
  expect(events).toEqual(["next ends at 11"]);
});

test.each([
  ["before it was thrown", 0],
  ["after it was thrown", 1],
])(
  "a child has answered a request that was taken back %s, although it ends with one of its own",
  async (_when, after) => {
    const events: string[] = [];
    await runVirtual(async () => {
      const child = createTask(async () => {
        await sleep(1000).catch(() => sleep(5));
        currentTask()?.cancel();
      });
      const parent = createTask(async () => {
        await child;
        await note(events, "next", sleep(10));
      });
      await sleep(1);
      parent.cancel();
      if (after > 0) await sleep(after);
      child.uncancel();
      await parent;
    });
    expect(events).toEqual(["next ends at 16"]);
  },
);

test("as in asyncio, a timeout counts what was cancelled before it, also if that is taken back inside", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const task = createTask(async () => {
      await sleep(1000).catch(() => {});
      const limit = timeout(10).with(async () => {
        currentTask()?.uncancel();
        currentTask()?.cancel();
        await sleep(1000).catch(() => {});
        await sleep(1000);
      });
      await note(events, "timeout", limit);
    });
    await sleep(1);
    task.cancel();
    await task.catch(() => {});
  });
  expect(events).toEqual(["timeout: TimeoutError: timed out after 10 ms at 11"]);
});

test("a task with a signal that cancels itself is told at its next wait, without any doubt", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const task = createTask(async () => {
      currentSignal();
      currentTask()?.cancel();
      await note(events, "wait", sleep(1000));
    });
    await task.catch(() => {});
  });
  expect(events).toEqual(["wait: cancelled at 0"]);
});

test(
  "told code is followed on when one of two requests is taken back",
  needing("promise hooks"),
  async () => {
    const events: string[] = [];
    await runVirtual(async () => {
      const task = createTask(async () => {
        try {
          await sleep(1000);
        } finally {
          await native(20);
          await note(events, "clean-up", sleep(10));
        }
      });
      await sleep(1);
      task.cancel();
      task.cancel();
      await sleep(5);
      expect(task.uncancel()).toBe(1);
      await task.catch(() => {});
    });
    expect(events).toEqual(["clean-up ends at 31"]);
  },
);

test("a request was thrown since a telling if it came after that, and has reached a line", async () => {
  await runVirtual(async () => {
    const task = createTask(() => sleep(1000).catch(() => sleep(10)));
    await sleep(1);
    task.cancel();
    const requests = task[cancellationOf]() as Cancellation;
    const asked = requests.all[0]?.asked as number;
    const seen = [requests.thrownSince(0)];
    await sleep(0);
    seen.push(requests.thrownSince(0), requests.thrownSince(asked - 1), requests.thrownSince(asked));
    expect(seen).toEqual([false, true, true, false]);
    await task;
  });
});

describe("a request that is taken back", () => {
  test("is that of its owner, else the oldest of cancel(), else the latest", async () => {
    await runVirtual(async () => {
      const task = createTask(async () => {});
      const cancellation = new Cancellation(task);
      const [first, second, third] = [{ name: "first" }, { name: "second" }, { name: "third" }];
      for (const owner of [first, undefined, second, undefined]) cancellation.request("m", owner);
      const owners = (): unknown[] => cancellation.all.map(({ owner }) => owner);
      const numbers = cancellation.all.map(({ asked }) => asked);
      expect(cancellation.takeBack(third)).toBe(3);
      expect(owners()).toEqual([first, second, undefined]);
      expect(cancellation.all.map(({ asked }) => asked)).toEqual([numbers[0], numbers[2], numbers[3]]);
      expect([cancellation.takeBack(third), owners()]).toEqual([2, [first, second]]);
      expect([cancellation.takeBack(third), owners()]).toEqual([1, [first]]);
      expect([cancellation.takeBack(first), owners()]).toEqual([0, []]);
      expect(cancellation.takeBack(first)).toBe(0);
      await task;
    });
  });

  test("is one that was thrown, if there is one: what was not delivered stays due", async () => {
    const events: string[] = [];
    await runVirtual(async () => {
      const task = createTask(async () => {
        await sleep(1000).catch(() => {});
        currentTask()?.cancel("again");
        events.push(`left: ${currentTask()?.uncancel()}`);
        await note(events, "next", sleep(10));
      });
      await sleep(1);
      task.cancel();
      await task.catch(() => {});
    });
    expect(events).toEqual(["left: 1", "next: cancelled: again at 1"]);
  });

  test.each<[string, (group: TaskGroup) => void]>([
    ["of cancel()", () => void currentTask()?.cancel()],
    ["of a group", (group) => group.cancel()],
  ])("by a timeout, whose own was taken by uncancel(), is one %s, as in asyncio", async (_, cancel) => {
    const events: string[] = [];
    await runVirtual(async () => {
      await new TaskGroup().with(async (group) => {
        const limit = timeout(10).with(async () => {
          await sleep(1000).catch(() => {});
          events.push(`left: ${currentTask()?.uncancel()}`);
          cancel(group);
          await sleep(1000);
        });
        await note(events, "timeout", limit).catch(() => {});
        events.push(`left: ${currentTask()?.cancelling()}`);
      });
    });
    expect(events).toEqual(["left: 0", "timeout: TimeoutError: timed out after 10 ms at 10", "left: 0"]);
  });

  test("before the first step lets the task begin", async () => {
    await runVirtual(async () => {
      const [cancelled, untouched] = [1, 2].map(() => createTask(async () => "begun")) as [
        Task<string>,
        Task<string>,
      ];
      cancelled.cancel();
      expect(cancelled.uncancel()).toBe(0);
      // There is none, but there is a record of requests, for the signal.
      expect([untouched.signal.aborted, untouched.uncancel()]).toEqual([false, 0]);
      expect([await cancelled, await untouched]).toEqual(["begun", "begun"]);
    });
  });
});

test("a child that is awaited while a request is due answers it, if it swallows that", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const child = createTask(() => note(events, "child", sleep(1000)).catch(() => {}));
    const parent = createTask(async () => {
      currentTask()?.cancel();
      await child;
      await note(events, "next", sleep(10));
    });
    await parent;
  });
  expect(events).toEqual(["child: cancelled at 0", "next ends at 10"]);
});

describe("a group that fails", () => {
  test("in a child, and ends that, leaves the request with the parent", async () => {
    const events: string[] = [];
    const ending = await cancelledAt15(async () => {
      const child = createTask(async () => {
        await new TaskGroup()
          .with(async (group) => {
            group.createTask(() => native(20).then(() => Promise.reject(new Error("no"))));
          })
          .catch(() => {});
        return "kept";
      });
      events.push(await child);
      await note(events, "parent", sleep(10));
    });
    expect(events).toEqual(["kept", "parent: cancelled at 20"]);
    expect(ending).toBe("cancelled at 20");
  });

  test("in a line that was not told does not disturb the clean-up that this line is thrown into later", async () => {
    const events: string[] = [];
    await cancelledAt15(async () => {
      const failing = new TaskGroup().with(async () => {
        await native(30);
        throw new Error("no");
      });
      await failing.catch(() => {});
      try {
        await note(events, "next", sleep(500));
      } finally {
        await note(events, "its clean-up", sleep(10));
      }
    });
    expect(events).toEqual(["next: cancelled at 30", "its clean-up ends at 40"]);
  });

  test(
    "in a line that was not told does not disturb the clean-up of another line, which it wakes",
    needing("promise hooks"),
    async () => {
      const events: string[] = [];
      await cancelledAt15(async () => {
        let wake!: () => void;
        const woken = new Promise<void>((resolve) => (wake = resolve));
        const told = async (): Promise<void> => {
          try {
            await sleep(1000);
          } finally {
            await woken;
            await note(events, "clean-up", sleep(10));
          }
        };
        const failing = async (): Promise<void> => {
          const group = new TaskGroup().with(async () => {
            await native(30);
            throw new Error("no");
          });
          await group.catch(() => {});
          wake();
        };
        await Promise.allSettled([told(), failing()]);
      });
      expect(events).toEqual(["clean-up ends at 40"]);
    },
  );

  test(
    "in a clean-up after a callback of the runtime does not disturb the clean-up of another line, after the next one",
    needing("promise hooks"),
    async () => {
      const events: string[] = [];
      const nextImmediate = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
      await cancelledAt15(async () => {
        const failing = async (): Promise<void> => {
          try {
            await sleep(1000);
          } finally {
            const group = new TaskGroup().with(async () => {
              await nextImmediate();
              throw new Error("no");
            });
            await group.catch(() => events.push("the group has failed"));
          }
        };
        const other = async (): Promise<void> => {
          try {
            await sleep(1000);
          } finally {
            await nextImmediate();
            await note(events, "clean-up", sleep(10));
          }
        };
        await Promise.allSettled([failing(), other()]);
      });
      expect(events[0]).toBe("the group has failed");
      expect(events[1]).toMatch(/^clean-up ends/);
    },
  );

  test("in a clean-up does not disturb those of other tasks, which it wakes at whatever moment", async () => {
    const events: string[] = [];
    await runVirtual(async () => {
      let wake!: () => void;
      const woken = new Promise<void>((resolve) => (wake = resolve));
      const inner = async (microtasks: number): Promise<void> => {
        try {
          await sleep(1000);
        } finally {
          await woken;
          for (let i = 0; i < microtasks; i++) await undefined;
        }
      };
      const others = Array.from({ length: 20 }, (_, i) =>
        createTask(async () => {
          try {
            await inner(i);
          } finally {
            await note(events, "clean-up", sleep(10));
          }
        }),
      );
      const failing = createTask(async () => {
        try {
          await sleep(1000);
        } finally {
          wake();
          const group = new TaskGroup().with(async () => {
            await undefined;
            throw new Error("no");
          });
          await group.catch(() => {});
        }
      });
      await sleep(1);
      for (const task of [...others, failing]) task.cancel();
      await Promise.allSettled([...others, failing]);
    });
    expect(events).toEqual(Array.from({ length: 20 }, () => "clean-up ends at 11"));
  });
});

test("of two requests that are due, one is due again after a timeout which another of the task's own replaces", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const future = new Future<void>();
    const task = createTask(async () => {
      await future;
      const limit = timeout(0).with(async () => {
        currentTask()?.uncancel();
        currentTask()?.cancel();
        await sleep(10);
      });
      await note(events, "timeout", limit).catch(() => {});
      await note(events, "next", sleep(10));
    });
    await sleep(15);
    future.setResult();
    task.cancel();
    task.cancel();
    await task.catch(() => {});
  });
  expect(events).toEqual(["timeout: TimeoutError: timed out after 0 ms at 15", "next: cancelled at 15"]);
});

test("a child whose signal was aborted, but that was thrown nothing, has not answered for its parent", async () => {
  const ending = await cancelledAt15(async () => {
    await createTask(async () => {
      currentSignal();
      await native(40);
    });
    await sleep(1000);
  });
  expect(ending).toBe("cancelled at 40");
});

test("a child in native code that a line begins to await when a request is due leaves that with the line", async () => {
  const ending = await cancelledAt15(async () => {
    const child = createTask(() => native(60));
    await native(30);
    await child;
    await sleep(1000);
  });
  expect(ending).toBe("cancelled at 60");
});

test("a task with a signal that is cancelled during sleep(0) is told at once", async () => {
  const events: string[] = [];
  await runVirtual(async () => {
    const task = createTask(async () => {
      currentSignal();
      await note(events, "tick", sleep(0));
    });
    await sleep(0);
    task.cancel();
    await task.catch(() => {});
  });
  expect(events).toEqual(["tick: cancelled at 0"]);
});

test("a line in doubt is told by sleep(0) if the time of grace ends meanwhile", async () => {
  const events: string[] = [];
  await cancelledAt15(async () => {
    currentSignal();
    const first = async (): Promise<void> => {
      await native(20);
      await note(events, "first wait", sleep(1000));
    };
    const second = async (): Promise<void> => {
      // Before the time that begins with the first wait: 100 ms.
      await native(120);
      await note(events, "second wait", sleep(0));
    };
    await Promise.allSettled([second(), first()]);
  });
  expect(events).toEqual(["second wait: cancelled at 120", "first wait: cancelled at 120"]);
});

describe("the first of two requests, which a timeout and cancel() make,", needing("promise hooks"), () => {
  /** Awaits a child in a timeout of 15 ms, and takes the request of cancel() back that comes after it. */
  const after = async (body: () => Promise<void>): Promise<string[]> => {
    const events: string[] = [];
    await runVirtual(async () => {
      const child = createTask(body);
      const task = createTask(async () => {
        const limit = timeout(15).with(async () => {
          await child;
          currentTask()?.uncancel();
          await note(events, "next", sleep(10));
        });
        await note(events, "timeout", limit);
      });
      getRunningLoop().callLater(5, () => child.cancel());
      getRunningLoop().callLater(20, () => task.cancel());
      await task.catch(() => {});
    });
    return events;
  };

  test("is answered by a child whose last line has swallowed it", async () => {
    const events = await after(async () => {
      await sleep(1000).catch(() => {});
      await sleep(1000).catch(() => {});
      await native(30);
    });
    expect(events).toEqual(["next ends at 55", "timeout ends at 55"]);
  });

  test("but not by one of which a line in the background has", async () => {
    const events = await after(async () => {
      void (async () => {
        for (let i = 0; i < 3; i++) await sleep(1000).catch(() => {});
      })();
      await native(30);
    });
    expect(events).toEqual(["next: cancelled at 30", "timeout: TimeoutError: timed out after 15 ms at 30"]);
  });

  test("nor if the last line has swallowed an earlier one of the child's own", async () => {
    const events = await after(async () => {
      await sleep(1000).catch(() => {});
      void sleep(1000).catch(() => {});
      await native(30);
    });
    expect(events).toEqual(["next: cancelled at 35", "timeout: TimeoutError: timed out after 15 ms at 35"]);
  });
});

describe("a group that is cancelled, as is its task, and whose body throws a cancellation of another task,", () => {
  /** Awaits a child in such a group that swallows the first of the requests, and is not told of the second. */
  const after = async (first: "the task" | "the group"): Promise<string[]> => {
    const events: string[] = [];
    const [taskAt, groupAt] = first === "the task" ? [10, 20] : [20, 10];
    await runVirtual(async () => {
      const loop = getRunningLoop();
      const other = createTask(() => sleep(1000));
      other.cancel();
      const error: unknown = await other.catch((caught: unknown) => caught);
      const child = createTask(async () => {
        await sleep(1000).catch(() => {});
        await native(40);
      });
      const task = createTask(async () => {
        const group = new TaskGroup().with(async (tasks) => {
          loop.callLater(groupAt, () => tasks.cancel());
          await child;
          throw error;
        });
        await note(events, "group", group);
        await note(events, "next", sleep(10));
      });
      loop.callLater(taskAt, () => task.cancel());
      await task.catch(() => {});
    });
    return events;
  };

  test("throws it if a child has swallowed the request of the task", async () => {
    expect(await after("the task")).toEqual(["group: cancelled at 50"]);
  });

  test("ends without it if that was only the group's: the other request stays due", async () => {
    expect(await after("the group")).toEqual(["group ends at 50", "next: cancelled at 50"]);
  });
});

test(
  "a line that ends what told code waits for is not told by that, and goes on where it waited before",
  needing("promise hooks"),
  async () => {
    const events: string[] = [];
    await runVirtual(async () => {
      const task = createTask(async () => {
        const leftover = async (): Promise<void> => {
          await sleep(30).catch(() => {});
          await abortable((signal) => foreignWait(signal));
        };
        const branch = async (): Promise<void> => {
          await Promise.race([native(0), leftover().catch(() => {})]);
          await native(20);
          await new TaskGroup().with(async (group) => group.cancel());
        };
        await branch();
        await note(events, "next", sleep(10));
      });
      getRunningLoop().callLater(15, () => task.cancel());
      await task.catch(() => {});
    });
    expect(events).toEqual(["next: cancelled at 20"]);
  },
);

test(
  "told code tells a line of its task by way of code outside every task: the other side of the same",
  needing("promise hooks"),
  async () => {
    const events: string[] = [];
    const [asked, answered] = [deferred(), deferred()];
    const serve = async (): Promise<void> => {
      await asked.promise;
      answered.resolve();
    };
    const serving = serve();
    await cancelledAt15(async () => {
      void sleep(10_000).catch(async () => {
        await native(5);
        asked.resolve();
      });
      await answered.promise;
      await note(events, "next", sleep(10));
    });
    await serving;
    expect(events).toEqual(["next ends at 30"]);
  },
);

test.each([
  ["two plain microtasks in a row", (wake: () => void) => queueMicrotask(() => queueMicrotask(wake))],
  ["a callback of the host", (wake: () => void) => void setImmediate(wake)],
])(
  "a caller that told code wakes by %s is interrupted once in its clean-up",
  needing("promise hooks"),
  async (_, wakeBy) => {
    const events: string[] = [];
    await cancelledAt15(async () => {
      const cleanedUp = deferred();
      void sleep(10_000).catch(async () => {
        await native(5);
        wakeBy(cleanedUp.resolve);
      });
      await cleanedUp.promise;
      await note(events, "the first wait", sleep(10)).catch(() => {});
      await note(events, "the second", sleep(10));
    });
    expect(events).toEqual(["the first wait: cancelled at 20", "the second ends at 30"]);
  },
);

test(
  "told code does not tell a line of its task by way of another task",
  needing("promise hooks"),
  async () => {
    const events: string[] = [];
    await cancelledAt15(async () => {
      const [asked, answered] = [deferred(), deferred()];
      const other = createTask(async () => {
        await asked.promise;
        answered.resolve();
      });
      void sleep(10_000).catch(async () => {
        await native(5);
        asked.resolve();
      });
      await answered.promise;
      await note(events, "next", sleep(10)).catch(() => {});
      await other;
    });
    expect(events).toEqual(["next: cancelled at 20"]);
  },
);

test(
  "what a told generator wakes in its turn is told, too, although another one has its turn next",
  needing("promise hooks"),
  async () => {
    const events: string[] = [];
    await runVirtual(async () => {
      const waking = createTask(function* () {
        let wake!: () => void;
        const woken = new Promise<void>((resolve) => (wake = resolve));
        const waiting = coroutine(async () => {
          await woken;
          await note(events, "what it wakes", sleep(10)).catch(() => {});
        });
        void waiting().then();
        try {
          yield* sleep(1000);
        } finally {
          wake();
          yield* sleep(100);
        }
      });
      const other = createTask(() => sleep(1000));
      await sleep(1);
      waking.cancel();
      other.cancel();
      await Promise.allSettled([waking, other]);
    });
    expect(events).toEqual(["what it wakes ends at 11"]);
  },
);

test(
  "code that was told of a request is told of the next one, too, by code of that which wakes it",
  needing("promise hooks"),
  async () => {
    const events: string[] = [];
    await runVirtual(async () => {
      let wake!: () => void;
      const woken = new Promise<void>((resolve) => (wake = resolve));
      const early = async (): Promise<void> => {
        await sleep(1000).catch(() => {});
        await woken;
        await note(events, "the early one", sleep(10)).catch(() => {});
      };
      const late = async (): Promise<void> => {
        await sleep(1000).catch(() => {});
        await note(events, "the late one", sleep(1000)).catch(() => {});
        await native(5);
        wake();
      };
      const task = createTask(() => Promise.all([early(), late()]));
      for (let i = 0; i < 2; i++) {
        await sleep(1);
        task.cancel();
      }
      await task;
    });
    expect(events).toEqual(["the late one: cancelled at 2", "the early one ends at 17"]);
  },
);
