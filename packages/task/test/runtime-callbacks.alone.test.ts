/**
 * Tasks that are made in callbacks of the runtime: of timers, emitters and sockets, which belong to no task on
 * Node 20 and 22, and from Node 24 on to the task that has registered them.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { EventEmitter } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { Future } from "@asyncio-ts/future";
import { type EventLoop, getRunningLoop, newEventLoop } from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import {
  createTask,
  currentTask,
  ensureFuture,
  gather,
  run,
  Runner,
  sleep,
  type Task,
  TaskGroup,
  wait,
} from "@asyncio-ts/task";
import { awaited, bothKinds, needing } from "@asyncio-ts/testkit";
import { describe, expect, test } from "vitest";

/** Calls `callback` once, from the runtime. */
type Source = (callback: () => void) => void;

const sources: [name: string, source: Source][] = [
  ["setTimeout", (callback) => void setTimeout(callback, 1)],
  ["setImmediate", (callback) => void setImmediate(callback)],
  [
    "an EventEmitter",
    (callback) => {
      const emitter = new EventEmitter().once("event", callback);
      setImmediate(() => emitter.emit("event"));
    },
  ],
  [
    "a server",
    (callback) => {
      const server = createServer((socket) => {
        callback();
        socket.destroy();
        server.close();
      });
      server.listen(0, () => connect((server.address() as AddressInfo).port).on("error", () => {}));
    },
  ],
];

/** Calls `make` in a callback of the runtime, and returns a future of what that returns, in a list. */
function inCallback<T>(source: Source, make: () => T): Future<[T]> {
  const made = new Promise<[T]>((resolve) => source(() => resolve([make()])));
  return ensureFuture(made) as Future<[T]>;
}

const byTimer = sources[0]?.[1] as Source;
const defaultLoop = getRunningLoop();

describe.each(sources)("in a callback of %s", (_, source) => {
  describe.each(bothKinds)("that makes tasks of %s", ({ body }) => {
    const patient = (events: string[]) =>
      body(function* () {
        try {
          yield* awaited(sleep(60_000));
        } finally {
          events.push("stopped");
        }
      });

    test("inside run(), a task belongs to the loop of the run, and ends with it", async () => {
      const events: string[] = [];
      const loops = await run(
        body(function* () {
          const [task] = yield* awaited(inCallback(source, () => createTask(patient(events))));
          const [loop] = yield* awaited(inCallback(byTimer, getRunningLoop));
          yield* awaited(sleep(0));
          events.push("main ends");
          return [task.getLoop(), loop, getRunningLoop()];
        }),
      );
      expect(new Set(loops).size).toBe(1);
      expect(events).toEqual(["main ends", "stopped"]);
    });

    test("a group's task belongs to the group's loop, and the group waits for it", async () => {
      const events: string[] = [];
      await run(
        body(function* () {
          yield* awaited(
            new TaskGroup().with(
              body(function* (group: TaskGroup) {
                const made = inCallback(source, () =>
                  group.createTask(
                    body(function* () {
                      yield* awaited(sleep(1));
                      events.push("the task ends");
                    }),
                  ),
                );
                const [task] = yield* awaited(made);
                expect(task.getLoop()).toBe(getRunningLoop());
                events.push("the body ends");
              }),
            ),
          );
          events.push("the group ends");
        }),
      );
      expect(events).toEqual(["the body ends", "the task ends", "the group ends"]);
    });
  });
});

describe("outside every task", () => {
  test("without a run the loop is the default one, also after a run", async () => {
    expect(await inCallback(byTimer, getRunningLoop)).toEqual([defaultLoop]);
    await run(() => sleep(0));
    expect(await inCallback(byTimer, getRunningLoop)).toEqual([defaultLoop]);
    expect(getRunningLoop()).toBe(defaultLoop);
  });

  test("with one run it is that of the run, until it ends, whoever registered the callback", async () => {
    const loop = virtualLoop();
    let end!: () => void;
    const running = run(() => ensureFuture(new Promise<void>((resolve) => (end = resolve))), {
      loopFactory: () => loop,
    });
    expect(getRunningLoop()).toBe(loop);
    expect((await inCallback(byTimer, getRunningLoop))[0]).toBe(loop);
    end();
    await running;
    expect(getRunningLoop()).toBe(defaultLoop);
  });

  test("while a run cancels the tasks that are left, a task joins them", async () => {
    const events: string[] = [];
    await run(async () => {
      createTask(async () => {
        try {
          await sleep(60_000);
        } finally {
          const [late] = await inCallback(byTimer, () =>
            createTask(async () => {
              try {
                await sleep(60_000);
              } finally {
                events.push("the late one is stopped");
              }
            }),
          );
          await sleep(0);
          events.push(`cleaned up; ${late.getLoop() === getRunningLoop()}`);
        }
      });
      await sleep(0);
    });
    expect(events).toEqual(["cleaned up; true", "the late one is stopped"]);
  });

  test("with two runs at once it is the default one, and a group still has its own", async () => {
    const loops: Record<string, unknown> = {};
    let waiting = 0;
    let meet!: () => void;
    const met = new Promise<void>((resolve) => (meet = resolve));
    // Registered outside: from Node 24 on the context would tell which run it is.
    const emitter = new EventEmitter();
    const emitted = <T>(make: () => T): Future<[T]> =>
      inCallback((callback) => emitter.once("event", callback), make);
    const timer = setInterval(() => emitter.emit("event"), 1);
    const program = async (name: string): Promise<void> => {
      await new TaskGroup().with(async (group) => {
        const [task] = await emitted(() => group.createTask(async () => getRunningLoop()));
        loops[name] = (await task) === getRunningLoop();
      });
      [loops[`outside ${name}`]] = await emitted(getRunningLoop);
      // Both programs go on until both have looked.
      if (++waiting === 2) meet();
      await ensureFuture(met);
    };
    await Promise.all([run(() => program("a")), run(() => program("b"))]);
    clearInterval(timer);
    expect(loops).toEqual({ a: true, b: true, "outside a": defaultLoop, "outside b": defaultLoop });
  });

  test("a run inside the callback of another has a loop of its own, and then the other's is back", async () => {
    const [outer, inner] = [virtualLoop(), virtualLoop()];
    const seen: EventLoop[] = [];
    const emitter = new EventEmitter();
    // Registered outside, or from Node 24 on it would be inside the outer main task.
    const nested = new Promise<void>((resolve, reject) => {
      const main = async (): Promise<void> => {
        await new TaskGroup().with(async (group) => {
          const [task] = await inCallback(byTimer, () => group.createTask(() => sleep(60_000)));
          seen.push(task.getLoop(), getRunningLoop());
        });
      };
      const start = (): Promise<void> => run(main, { loopFactory: () => inner });
      emitter.once("event", () => void start().then(resolve, reject));
      setImmediate(() => emitter.emit("event"));
      emitter.once("afterwards", () => seen.push(createTask(() => sleep(0)).getLoop()));
    });
    await run(
      async () => {
        await ensureFuture(nested);
        emitter.emit("afterwards");
        seen.push((await inCallback(byTimer, getRunningLoop))[0]);
      },
      { loopFactory: () => outer },
    );
    expect(seen).toEqual([inner, inner, outer, outer]);
  });

  test("a Runner counts while it runs a body", async () => {
    const seen: boolean[] = [];
    await new Runner({ loopFactory: virtualLoop }).with(async (runner) => {
      const look = async (): Promise<void> => {
        const [loop] = await inCallback(byTimer, getRunningLoop);
        seen.push(loop === runner.getLoop());
      };
      await runner.run(look);
      // Not `look()`: the body of `with()` waits outside every task.
      seen.push((await inCallback(byTimer, getRunningLoop))[0] === defaultLoop);
      await runner.run(look);
    });
    expect(seen).toEqual([true, true, true]);
  });

  test("a loop that runs without run() does not count", async () => {
    const loop = newEventLoop();
    const running = loop.runForever();
    expect((await inCallback(byTimer, getRunningLoop))[0]).toBe(defaultLoop);
    loop.stop();
    await running;
    loop.close();
  });

  test("what is waited for there is not lost when the run ends", async () => {
    const events: string[] = [];
    const future = new Future<void>();
    const running = run(async () => {
      await sleep(0);
      events.push("main ends");
    });
    const pending = new Future<void>();
    const note = async (event: string, awaitable: PromiseLike<unknown>): Promise<void> => {
      await awaitable;
      events.push(event);
    };
    const waits = [
      note("slept", sleep(20)),
      note("waited", wait([future], { timeout: 20 })),
      note("woken", pending),
    ];
    await running;
    pending.setResult();
    await Promise.all(waits);
    expect(events).toEqual(["main ends", "woken", "slept", "waited"]);
  });

  test("a task that is awaited there is cancelled by the end of the run, and its awaiter told", async () => {
    const running = run(() => sleep(0));
    const task = createTask(() => sleep(60_000));
    const told = task.then(
      () => "ended",
      () => task.cancelled(),
    );
    await running;
    expect(await told).toBe(true);
  });
});

describe("code that a task has left running", () => {
  test.each([1, 2])("makes its tasks in the loop of its run, of %i that go on", async (count) => {
    const seen: boolean[] = [];
    const program = async (): Promise<void> => {
      const loop = getRunningLoop();
      const settled = new Promise<void>((resolve) => {
        void createTask(async () => {
          void (async () => {
            // By now the task is done.
            await new Promise((resume) => setTimeout(resume, 1));
            seen.push(currentTask() === undefined && createTask(async () => {}).getLoop() === loop);
            resolve();
          })();
        });
      });
      await ensureFuture(settled);
      await sleep(0);
    };
    await Promise.all(Array.from({ length: count }, () => run(program)));
    expect(seen).toEqual(Array.from({ length: count }, () => true));
  });

  test("makes them in the default loop once its run has ended, although another goes on", async () => {
    let left!: Promise<EventLoop>;
    let goOn!: () => void;
    const signal = new Promise<void>((resolve) => (goOn = resolve));
    await run(async () => {
      left = (async () => {
        await signal;
        return createTask(async () => {}).getLoop();
      })();
      await sleep(0);
    });
    await run(async () => {
      goOn();
      expect(await ensureFuture(left)).toBe(defaultLoop);
    });
  });
});

describe("the stores of a group's tasks", () => {
  const request = new AsyncLocalStorage<string>();
  const emitter = new EventEmitter();
  // Emitted outside every store.
  const tick = (): boolean => emitter.emit("event");

  /** Returns the stores that the tasks see which `call` makes in three places, of a group in store "group". */
  async function storesSeen(call: (make: () => Task<string>) => Task<string>): Promise<string[]> {
    return await run(() =>
      request.run(
        "group",
        async () =>
          await new TaskGroup().with(async (group) => {
            const make = (): Task<string> =>
              group.createTask(async () => {
                const before = request.getStore();
                await sleep(1);
                return `${before}, ${request.getStore()}`;
              });
            const inside = call(make);
            const foreign = inCallback(
              (callback) => emitter.once("event", callback),
              () => call(make),
            );
            request.exit(() => setImmediate(tick));
            const other = request.exit(() => createTask(async () => [call(make)] as const));
            return await gather([inside, (await foreign)[0], (await other)[0]]);
          }),
      ),
    );
  }

  test(
    "are the group's, also in a callback of the runtime, and in another task",
    needing("view of the stores in a context"),
    async () => {
      expect(await storesSeen((make) => make())).toEqual(Array.from({ length: 3 }, () => "group, group"));
    },
  );

  test("are those of the call if that has some", async () => {
    const seen = await storesSeen((make) => request.run("call", make));
    expect(seen).toEqual(Array.from({ length: 3 }, () => "call, call"));
  });
});
