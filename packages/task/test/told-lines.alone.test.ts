import { getRunningLoop } from "@asyncio-ts/loop";
import {
  createTask,
  currentSignal,
  currentTask,
  sleep,
  type Task,
  TaskGroup,
  timeout,
} from "@asyncio-ts/task";
import { Future } from "@asyncio-ts/future";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { needing, runVirtual } from "@asyncio-ts/testkit";
import { deferred, native } from "./native.js";

/** The timers of ten seconds that are set, with their callbacks: how long told code is followed. */
const timers = vi.hoisted(() => {
  const set = new Map<unknown, () => void>();
  const { setTimeout, clearTimeout } = globalThis;
  globalThis.setTimeout = ((callback: () => void, delay: number) => {
    const timer = setTimeout(callback, delay);
    if (delay === 10_000) set.set(timer, callback);
    return timer;
  }) as typeof setTimeout;
  globalThis.clearTimeout = ((timer: NodeJS.Timeout) => {
    set.delete(timer);
    clearTimeout(timer);
  }) as typeof clearTimeout;
  return set;
});

/** Makes `createHook` what the library makes promise hooks with. */
const makeHooksWith = vi.hoisted(() => {
  const { getBuiltinModule } = process;
  return (createHook: (callbacks: never) => unknown): void => {
    process.getBuiltinModule = ((name: string) =>
      name === "node:v8"
        ? { promiseHooks: { createHook } }
        : getBuiltinModule(name)) as typeof getBuiltinModule;
  };
});

/** The promise hooks that mark promises, and that follow them: how many are active, and how many were made. */
const hooks = vi.hoisted(() => {
  const counts = { marking: 0, following: 0, made: 0 };
  const promiseHooks = process.getBuiltinModule?.("node:v8")?.promiseHooks;
  if (promiseHooks === undefined) return counts;
  const createHook: typeof promiseHooks.createHook = (callbacks) => {
    const end = promiseHooks.createHook(callbacks) as () => void;
    // Others are those of the storage, which follow and mark, and last for ever.
    const isOwn = "init" in callbacks !== "before" in callbacks;
    const kind = "init" in callbacks ? "marking" : "following";
    if (!isOwn) return end;
    counts[kind]++;
    counts.made++;
    return () => {
      counts[kind]--;
      end();
    };
  };
  makeHooksWith(createHook);
  return counts;
});

/** Ends the time for which told code is followed. */
function loseTrack(): void {
  const [[timer, over]] = [...timers] as [[unknown, () => void]];
  timers.delete(timer);
  over();
}

/** Waits until the host has polled. */
function polled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

describe("told code", needing("promise hooks"), () => {
  /** The notes, each with the loop's time. */
  const events: string[] = [];
  const note = (text: string) => void events.push(`${text} at ${getRunningLoop().time()}`);

  /** Waits, and notes whether that was disturbed. */
  async function noteWait(name: string): Promise<void> {
    await sleep(10).then(
      () => note(`${name} waits until it ends`),
      () => note(`${name} is cancelled`),
    );
  }

  beforeEach(() => {
    events.length = 0;
  });

  test("tells its callers, who began to await it while no hooks were on, and nobody else", async () => {
    await runVirtual(async () => {
      const task = createTask(async () => {
        let call = async (): Promise<void> => {
          try {
            await sleep(1000);
          } finally {
            await native(5);
          }
        };
        for (let depth = 0; depth < 5; depth++) {
          const inner = call;
          call = async () => await inner();
        }
        const other = async (): Promise<void> => {
          await native(30);
          await noteWait("another line");
        };
        const ended = other();
        await call().catch(() => {});
        await noteWait("the first of them");
        await ended;
      });
      await polled();
      expect(hooks).toMatchObject({ marking: 0, following: 0 });
      getRunningLoop().callLater(1, () => task.cancel());
      await task.catch(() => {});
    });
    expect(events).toEqual([
      "the first of them waits until it ends at 16",
      "another line is cancelled at 30",
    ]);
  });

  test("is followed under one timer, however many tasks clean up at once", async () => {
    await runVirtual(async () => {
      const tasks = [20, 30].map((delay) =>
        createTask(async () => {
          try {
            await sleep(1000);
          } finally {
            await native(delay);
          }
        }),
      );
      await sleep(1);
      for (const task of tasks) task.cancel();
      await sleep(1);
      expect(timers.size).toBe(1);
      await tasks[0]?.catch(() => {});
      expect(timers.size).toBe(1);
      await tasks[1]?.catch(() => {});
      expect(timers.size).toBe(0);
    });
  });

  test("is marked by one hook in the turn in which it is told, and by none once the host has polled", async () => {
    await runVirtual(async () => {
      const seen: unknown[] = [];
      for (let count = 0; count < 3; count++) {
        const task = createTask(async () => {
          await sleep(1000).finally(() => seen.push({ ...hooks }));
        });
        await sleep(1);
        task.cancel();
        await task.catch(() => {});
      }
      const one = expect.objectContaining({ marking: 1, following: 0 }) as unknown;
      expect(seen).toEqual([one, one, one]);
      await polled();
      expect(hooks).toMatchObject({ marking: 0, following: 0 });
    });
  });

  test("is marked and followed by two hooks as long as it is cleaning up", async () => {
    await runVirtual(async () => {
      await polled();
      const { made } = hooks;
      let cleanedUp = (): void => {};
      const task = createTask(async () => {
        try {
          await sleep(1000);
        } finally {
          await new Promise<void>((resolve) => (cleanedUp = resolve));
        }
      });
      await sleep(1);
      task.cancel();
      await sleep(1);
      expect([hooks.marking, hooks.following, hooks.made - made]).toEqual([1, 1, 2]);
      await polled();
      await polled();
      expect([hooks.marking, hooks.following, hooks.made - made]).toEqual([1, 1, 2]);
      cleanedUp();
      await task.catch(() => {});
      expect([hooks.marking, hooks.following, hooks.made - made]).toEqual([0, 0, 2]);
    });
  });

  test("is not followed if its task ends at once, or has its request taken back", async () => {
    await runVirtual(async () => {
      const ended = createTask(async () => await sleep(1000));
      const resumed = createTask(async () => {
        await sleep(1000).catch(() => currentTask()?.uncancel());
        await native(10);
      });
      await sleep(1);
      ended.cancel();
      resumed.cancel();
      await sleep(1);
      expect([ended.cancelled(), resumed.done(), timers.size]).toEqual([true, false, 0]);
      await resumed;
    });
  });

  test("is not followed if it makes no promise, also if it wakes another task, which makes some", async () => {
    await runVirtual(async () => {
      let wake = (): void => {};
      const woken = createTask(async () => {
        await new Promise<void>((resolve) => (wake = resolve));
        await native(5);
        return "woken";
      });
      const task = createTask(function* () {
        try {
          yield* sleep(1000);
        } finally {
          wake();
          yield* sleep(10);
        }
      });
      await sleep(1);
      task.cancel();
      await sleep(1);
      expect([task.done(), timers.size]).toEqual([false, 0]);
      expect(await woken).toBe("woken");
      await task.catch(() => {});
    });
  });

  test("is marked on in a turn in which it ends the clean-up of another task", async () => {
    await runVirtual(async () => {
      let release = (): void => {};
      const other = createTask(async () => {
        try {
          await sleep(1000);
        } finally {
          await new Promise<void>((resolve) => (release = resolve));
        }
      });
      const task = createTask(async () => {
        try {
          await sleep(1000);
        } finally {
          release();
          while (!other.done()) await undefined;
          await native(10);
          await sleep(20);
          note("cleaned up");
        }
      });
      await sleep(1);
      other.cancel();
      await sleep(1);
      task.cancel();
      await Promise.allSettled([other, task]);
      expect(events).toEqual(["cleaned up at 32"]);
    });
  });

  test("tells all that it wakes, be that by callbacks of which no hook tells or by its promises", async () => {
    await runVirtual(async () => {
      const settled = [deferred(), deferred(), deferred()];
      const task = createTask(async () => {
        const awaiting = settled.map(async ({ promise }, i) => {
          await promise;
          await noteWait(`line ${i}`);
        });
        try {
          await sleep(1000);
        } finally {
          await native(5);
          queueMicrotask(() => settled[0]?.resolve());
          void Promise.resolve().then(() => settled[1]?.resolve());
          queueMicrotask(() => settled[2]?.resolve());
          await Promise.all(awaiting);
        }
      });
      await sleep(1);
      task.cancel();
      await task.catch(() => {});
    });
    expect(events).toEqual([0, 1, 2].map((i) => `line ${i} waits until it ends at 16`));
  });

  test("that ends what told code of another task awaits does not disturb that", async () => {
    await runVirtual(async () => {
      const ended = deferred();
      const other = createTask(async () => {
        try {
          await sleep(1000);
        } finally {
          await ended.promise;
          await noteWait("the other clean-up");
        }
      });
      const task = createTask(async () => {
        try {
          await sleep(1000);
        } finally {
          await native(5);
          ended.resolve();
        }
      });
      await sleep(1);
      other.cancel();
      task.cancel();
      await Promise.allSettled([other, task]);
    });
    expect(events).toEqual(["the other clean-up waits until it ends at 16"]);
  });

  test.each([
    ["a promise", (resolve: () => void) => void Promise.resolve().then(resolve)],
    ["a plain microtask", queueMicrotask],
  ])(
    "does not tell a line of its task by way of another task, also if it wakes others by %s",
    async (_, wake) => {
      await runVirtual(async () => {
        const [first, asked, answered] = [deferred(), deferred(), deferred()];
        const other = createTask(async () => {
          await asked.promise;
          answered.resolve();
        });
        const task = createTask(async () => {
          const awaiting = first.promise.then(() => noteWait("a line that is told"));
          void sleep(1000).catch(async () => {
            await native(5);
            wake(first.resolve);
            asked.resolve();
          });
          await answered.promise;
          await noteWait("a line that is not");
          await awaiting;
        });
        await sleep(1);
        task.cancel();
        await Promise.allSettled([task, other]);
      });
      expect(events).toEqual([
        "a line that is not is cancelled at 6",
        "a line that is told waits until it ends at 16",
      ]);
    },
  );

  test("that was told of a later request, too, is not disturbed if code that was not wakes it", async () => {
    await runVirtual(async () => {
      const task = createTask(async () => {
        const toldOnce = async (): Promise<void> => {
          try {
            await sleep(1000);
          } catch {
            await native(20);
          }
        };
        const background = toldOnce();
        try {
          await sleep(1000);
        } finally {
          try {
            await sleep(1000);
          } finally {
            await background;
            await noteWait("the clean-up");
          }
        }
      });
      for (const delay of [1, 1]) {
        await sleep(delay);
        task.cancel();
      }
      await task.catch(() => {});
    });
    expect(events).toEqual(["the clean-up waits until it ends at 31"]);
  });

  test("is followed if a group in it fails in the turn in which it is told", async () => {
    await runVirtual(async () => {
      const task = createTask(async () => {
        try {
          await sleep(1000);
        } finally {
          const cleanUp = async (): Promise<void> => {
            await native(5);
            await noteWait("the clean-up");
            done.resolve();
          };
          const done = deferred();
          void cleanUp();
          const group = new TaskGroup().with(async () => {
            throw new Error("no");
          });
          group.catch(() => {});
          await done.promise;
        }
      });
      await sleep(1);
      task.cancel();
      await task.catch(() => {});
    });
    expect(events).toEqual(["the clean-up waits until it ends at 16"]);
  });

  test("is followed if it is an async function that a generator has called", async () => {
    await runVirtual(async () => {
      const task = createTask(function* () {
        const done = new Future<void>();
        const cleanUp = async (): Promise<void> => {
          await native(5);
          await sleep(10).catch(() => note("the clean-up is cancelled"));
          done.setResult();
        };
        try {
          yield* sleep(1000);
        } finally {
          void cleanUp();
          yield* done;
        }
      });
      await sleep(1);
      task.cancel();
      await task.catch(() => {});
    });
    expect(events).toEqual([]);
  });

  test("is followed if a patch of `then` makes promises of its own", async () => {
    // oxlint-disable-next-line typescript/unbound-method -- called with its promise
    const { then } = Promise.prototype;
    // oxlint-disable-next-line no-extend-native, unicorn/no-thenable -- as a library that measures promises does
    Promise.prototype.then = function patched(this: Promise<unknown>, ...handlers: []) {
      const result = then.apply(this, handlers);
      return new Promise((resolve, reject) => void then.call(result, resolve, reject)) as never;
    };
    try {
      await runVirtual(async () => {
        const task = createTask(async () => {
          const cleansUp = async (): Promise<void> => {
            try {
              await sleep(1000);
            } finally {
              await native(5);
            }
          };
          await cleansUp().catch(() => {});
          await noteWait("its caller");
        });
        await sleep(1);
        task.cancel();
        await task.catch(() => {});
      });
    } finally {
      // oxlint-disable-next-line no-extend-native, unicorn/no-thenable
      Promise.prototype.then = then;
    }
    expect(events).toEqual(["its caller waits until it ends at 16"]);
  });

  test(
    "that drains the microtasks of another context tells nobody after that",
    needing("contexts with microtasks of their own"),
    async () => {
      const { runInNewContext } = process.getBuiltinModule("node:vm");
      await runVirtual(async () => {
        const task = createTask(async () => {
          const [first, second] = [deferred(), deferred()];
          const awaiting = first.promise.then(() => noteWait("what it wakes then"));
          const other = async (): Promise<void> => {
            await native(20);
            await noteWait("another line");
          };
          void other().then(second.resolve);
          try {
            await sleep(1000);
          } finally {
            await native(5);
            runInNewContext("(async () => { await undefined; })()", {}, { microtaskMode: "afterEvaluate" });
            first.resolve();
            await Promise.all([awaiting, second.promise]);
          }
        });
        await sleep(1);
        task.cancel();
        await task.catch(() => {});
      });
      expect(events).toEqual([
        "what it wakes then waits until it ends at 16",
        "another line is cancelled at 20",
      ]);
    },
  );

  test(
    "that ends amid the microtasks of another context tells nobody after that",
    needing("contexts with microtasks of their own"),
    async () => {
      const { runInNewContext } = process.getBuiltinModule("node:vm");
      const endless = "(async () => { await undefined; for (;;); })()";
      await runVirtual(async () => {
        const task = createTask(async () => {
          const other = async (): Promise<void> => {
            await native(20);
            await noteWait("another line");
          };
          const ended = other();
          try {
            await sleep(1000);
          } finally {
            await native(5);
            const isolated = { timeout: 5, microtaskMode: "afterEvaluate" } as const;
            expect(() => runInNewContext(endless, {}, isolated) as unknown).toThrow("timed out");
            await ended;
          }
        });
        await sleep(1);
        task.cancel();
        await task.catch(() => {});
      });
      expect(events).toEqual(["another line is cancelled at 20"]);
    },
  );

  test("does not tell a line of another task that it wakes", async () => {
    await runVirtual(async () => {
      const woken = deferred();
      const other = createTask(async () => {
        const leftover = sleep(1000).catch(() => {});
        await woken.promise;
        await noteWait("the other line");
        await leftover;
      });
      const task = createTask(async () => {
        try {
          await sleep(1000);
        } finally {
          await native(5);
          woken.resolve();
        }
      });
      await sleep(1);
      other.cancel();
      task.cancel();
      await Promise.allSettled([other, task]);
    });
    expect(events).toEqual(["the other line is cancelled at 6"]);
  });

  test("does not tell a line that wakes after it, in another turn", async () => {
    await runVirtual(async () => {
      const task = createTask(async () => {
        const told = async (): Promise<void> => {
          try {
            await sleep(1000);
          } finally {
            await native(20);
            note("the told line goes on");
            await native(30);
            note("the told line ends");
          }
        };
        const other = async (): Promise<void> => {
          await native(40);
          await sleep(500).finally(() => note("the other line is told"));
        };
        await Promise.allSettled([told(), other()]);
      });
      await sleep(15);
      task.cancel();
      await task.catch(() => {});
      expect(events).toEqual([
        "the told line goes on at 35",
        "the other line is told at 40",
        "the told line ends at 65",
      ]);
    });
  });
});

test(
  "one timer limits how long told code is followed, and ends with it",
  needing("promise hooks"),
  async () => {
    await runVirtual(async () => {
      const loop = getRunningLoop();
      for (let i = 0; i < 3; i++) {
        const task = createTask(async () => {
          try {
            await sleep(1000);
          } finally {
            await new Promise<void>((resolve) => void loop.callLater(5, resolve));
          }
        });
        await sleep(1);
        task.cancel();
        await sleep(1);
        expect(timers.size).toBe(1);
        await task.catch(() => {});
        expect(timers.size).toBe(0);
      }
    });
  },
);

test.each([
  ["", () => {}],
  [", also in a task that was in doubt before", () => void currentSignal()],
])(
  "when track of told code is lost, a line that was not told is cancelled late%s",
  needing("promise hooks"),
  async (_, begin) => {
    const ending = await runVirtual(async () => {
      const loop = getRunningLoop();
      const native = (delay: number) => new Promise<void>((resolve) => void loop.callLater(delay, resolve));
      const beat = async (): Promise<void> => {
        try {
          for (;;) await sleep(10);
        } finally {
          await Promise.resolve();
        }
      };
      const task = createTask(async () => {
        begin();
        beat().catch(() => {});
        await native(30);
        await sleep(500);
      });
      await sleep(15);
      task.cancel();
      await sleep(5);
      // Twice the time goes by.
      for (let i = 0; i < 2; i++) loseTrack();
      expect([timers.size, hooks.following]).toEqual([0, 0]);
      return await task.then(
        () => "returned",
        (error: unknown) => `${(error as Error).name} at ${loop.time()}`,
      );
    });
    expect(ending).toBe("CancelledError at 130");
  },
);

test(
  "when track of one task is lost, its code is in doubt although that of another is followed",
  needing("promise hooks"),
  async () => {
    const events: string[] = [];
    await runVirtual(async () => {
      const cleaningUp = (delay: number): Task<void> =>
        createTask(async () => {
          try {
            await sleep(1000);
          } finally {
            await native(delay);
            await sleep(500).catch(() => events.push(`disturbed at ${getRunningLoop().time()}`));
          }
        });
      const first = cleaningUp(30);
      const second = cleaningUp(50);
      await sleep(1);
      first.cancel();
      await sleep(1);
      loseTrack();
      second.cancel();
      await sleep(1);
      // The second has been here for half of the time.
      loseTrack();
      await Promise.allSettled([first, second]);
    });
    expect(events).toEqual(["disturbed at 131"]);
  },
);

test(
  "when track is lost a second time, all code of the task counts as told",
  needing("promise hooks"),
  async () => {
    const ending = await runVirtual(async () => {
      const loop = getRunningLoop();
      const native = (delay: number) => new Promise<void>((resolve) => void loop.callLater(delay, resolve));
      const task = createTask(async () => {
        await sleep(1000).catch(() => {});
        for (let i = 0; i < 3; i++) {
          await native(10);
          await sleep(300).catch(() => {});
        }
        // Nor is the request due again that is left.
        currentTask()?.uncancel();
        await sleep(300);
        return `returned at ${loop.time()}`;
      });
      await sleep(15);
      task.cancel();
      task.cancel();
      await sleep(5);
      for (let i = 0; i < 2; i++) loseTrack();
      // The next wait, from 25 ms on, is cancelled after 100 ms, since its line is in doubt.
      await sleep(110);
      for (let i = 0; i < 2; i++) loseTrack();
      return await task;
    });
    expect(ending).toBe("returned at 1045");
  },
);

test(
  "a task whose track was lost in an earlier request has lines in doubt once more when it is lost again",
  needing("promise hooks"),
  async () => {
    const events: string[] = [];
    await runVirtual(async () => {
      const task = createTask(async () => {
        const cleaningUp = async (delay: number): Promise<void> => {
          try {
            await sleep(1000);
          } finally {
            await native(delay);
          }
        };
        await timeout(1)
          .with(() => cleaningUp(20))
          .catch(() => {});
        const other = async (): Promise<void> => {
          await native(60);
          await sleep(500).catch(() => events.push(`cancelled at ${getRunningLoop().time()}`));
        };
        await Promise.allSettled([cleaningUp(400), other()]);
      });
      await sleep(5);
      for (let i = 0; i < 2; i++) loseTrack();
      await sleep(25);
      task.cancel();
      await sleep(1);
      for (let i = 0; i < 2; i++) loseTrack();
      await task;
    });
    expect(events).toEqual(["cancelled at 181"]);
  },
);

test(
  "a task that has swallowed a request long ago is followed no longer than its later ones are there",
  needing("promise hooks"),
  async () => {
    await runVirtual(async () => {
      const task = createTask(async () => {
        await sleep(1000).catch(() => {});
        await native(20);
        await sleep(500).catch(() => {});
        await native(20);
        for (let i = 0; i < 3; i++) {
          await timeout(1)
            .with(async () => {
              try {
                await sleep(1000);
              } finally {
                await native(2);
              }
            })
            .catch(() => {});
          await native(2);
          expect([timers.size, hooks.following]).toEqual([0, 0]);
        }
        return "ended";
      });
      await sleep(1);
      task.cancel();
      await sleep(1);
      for (let i = 0; i < 2; i++) loseTrack();
      // The wait that begins at 21 ms is in doubt, and cancelled after 100 ms.
      await sleep(125);
      for (let i = 0; i < 2; i++) loseTrack();
      expect(await task).toBe("ended");
    });
  },
);

describe("promise hooks are relied on", needing("promise hooks"), () => {
  const { getBuiltinModule } = process;

  afterEach(() => {
    process.getBuiltinModule = getBuiltinModule;
    vi.resetModules();
  });

  /** Loads the package where this function makes promise hooks, and tells whether it follows told code. */
  async function followsWith(createHook: (callbacks: never) => () => void): Promise<boolean> {
    makeHooksWith(createHook);
    vi.resetModules();
    const { slot } = await import("@asyncio-ts/future/internal");
    const { canFollow } = await import("../src/told-lines.js");
    const { storage } = slot;
    slot.storage ??= {} as NonNullable<typeof storage>;
    const follows = canFollow();
    slot.storage = storage;
    return follows;
  }

  test("if they tell of a promise that is made", async () => {
    const working = getBuiltinModule("node:v8").promiseHooks.createHook as () => () => void;
    expect(await followsWith(working)).toBe(true);
  });

  test("but not if they tell of none", async () => {
    expect(await followsWith(() => () => {})).toBe(false);
  });

  test("but not if they can't be made", async () => {
    const throwing = (): never => {
      throw new Error("not implemented");
    };
    expect(await followsWith(throwing)).toBe(false);
  });
});
