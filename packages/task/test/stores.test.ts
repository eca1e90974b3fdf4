/**
 * The stores of AsyncLocalStorages are seen by tasks and callbacks, before and after their waits, by
 * generators as by async functions.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { type Body, coroutine } from "@asyncio-ts/coroutine";
import { Future, type Steps } from "@asyncio-ts/future";
import { slot } from "@asyncio-ts/future/internal";
import { runOutside } from "@asyncio-ts/future/lowlevel";
import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, currentTask, gather, run, sleep, TaskGroup } from "@asyncio-ts/task";
import { describe, expect, test, vi } from "vitest";
import { runVirtual } from "@asyncio-ts/testkit";

const request = new AsyncLocalStorage<string>();

/** Gives the store at its start, and after each kind of wait. */
const look = coroutine(function* () {
  const seen = [request.getStore()];
  yield* sleep(0);
  seen.push(request.getStore());
  yield* sleep(1);
  seen.push(request.getStore());
  yield* coroutine(async () => {
    seen.push(request.getStore());
    await sleep(1);
    seen.push(request.getStore());
  })();
  seen.push(request.getStore());
  yield* coroutine(function* () {
    yield* sleep(1);
    seen.push(request.getStore());
  })();
  seen.push(request.getStore());
  return [...new Set(seen)].join();
});

const makers: { name: string; make: (body: () => Steps<string>) => Body<string> }[] = [
  {
    name: "made by an async function",
    make: (body) => async () => {
      await sleep(1);
      return request.run("r1", () => createTask(body));
    },
  },
  {
    name: "made by a generator",
    make: (body) =>
      function* () {
        yield* sleep(1);
        return yield* request.run("r1", () => createTask(body));
      },
  },
  {
    name: "made at once by a generator that is the program",
    make: (body) =>
      function* () {
        return yield* request.run("r1", () => createTask(body, { eagerStart: true }));
      },
  },
  {
    name: "made by a callback",
    make: (body) =>
      function* () {
        const made = new Future<string>();
        request.run("r1", () =>
          getRunningLoop().callSoon(() => {
            createTask(body).addDoneCallback((task) => made.setResult(task.result()));
          }),
        );
        return yield* made;
      },
  },
  {
    name: "made by gather() and by a group",
    make: (body) =>
      function* () {
        const [first] = yield* request.run("r1", () => gather([body()]));
        const second = yield* new TaskGroup().with(function* (group) {
          return yield* request.run("r1", () => group.createTask(body));
        });
        return [...new Set([first, second])].join();
      },
  },
  {
    name: "awaited by an async function",
    make: (body) => async () => request.run("r1", async () => await coroutine(body)()),
  },
  {
    name: "given by an async function",
    make: (body) => async () =>
      request.run("r1", async () => {
        await sleep(1);
        return await coroutine(async () => coroutine(body)() as unknown as Promise<string>)();
      }),
  },
];

/**
 * Has the library watch for the first store of the program, as if it were loaded now, where there is none.
 */
async function watchStoresAnew(): Promise<void> {
  slot.storesUsed = undefined;
  vi.resetModules();
  await new Promise<void>((resolve, reject) => {
    runOutside(() => void import("@asyncio-ts/future/internal").then(() => resolve(), reject));
  });
}

describe("a generator coroutine", () => {
  test.each(makers)("$name has the stores of the code that made it", async ({ make }) => {
    expect(await runVirtual(make(() => look() as unknown as Steps<string>))).toBe("r1");
    expect(
      await runVirtual(
        make(() =>
          (function* () {
            return yield* look();
          })(),
        ),
      ),
    ).toBe("r1");
  });

  test("on the default loop has them too", async () => {
    expect(await request.run("r1", () => createTask(look()))).toBe("r1");
    expect(await request.run("r1", async () => await look())).toBe("r1");
  });

  test("that is the program has the stores of the call of run()", async () => {
    expect(await request.run("r1", () => run(look()))).toBe("r1");
  });

  test("sees no store of another that runs beside it", async () => {
    const seen = await runVirtual(function* () {
      const tasks = ["r1", "r2", undefined, "r3"].map((name) =>
        name === undefined ? createTask(look()) : request.run(name, () => createTask(look())),
      );
      return yield* gather(tasks);
    });
    expect(seen).toEqual(["r1", "r2", "", "r3"]);
  });

  test("leaves its stores behind when a step throws", async () => {
    const seen = await runVirtual(function* () {
      const failing = request.run("r1", () =>
        createTask(function* () {
          yield* sleep(1);
          throw new Error(`thrown in ${request.getStore()}`);
        }),
      );
      const beside = createTask(function* () {
        yield* sleep(1);
        yield* sleep(1);
        return request.getStore();
      });
      const [thrown] = yield* gather([failing], { returnExceptions: true });
      return [(thrown as unknown as Error).message, yield* beside];
    });
    expect(seen).toEqual(["thrown in r1", undefined]);
  });

  test("keeps what it enters by enterWith(), and leaves others alone", async () => {
    const seen = await runVirtual(function* () {
      const task = request.run("r1", () =>
        createTask(function* () {
          yield* sleep(1);
          request.enterWith("r2");
          yield* sleep(1);
          const called = yield* coroutine(async () => {
            await sleep(1);
            return request.getStore();
          })();
          return [request.getStore(), called];
        }),
      );
      const beside = request.run("r1", () =>
        createTask(function* () {
          yield* sleep(10);
          return request.getStore();
        }),
      );
      return [...(yield* task), yield* beside];
    });
    expect(seen).toEqual(["r2", "r2", "r1"]);
  });

  test("hands what it enters by enterWith() to an async function that it calls in the same step", async () => {
    const seen = await runVirtual(function* () {
      return yield* request.run("r1", () =>
        createTask(function* () {
          yield* sleep(1);
          request.enterWith("r2");
          return yield* coroutine(async () => {
            await sleep(1);
            return request.getStore();
          })();
        }),
      );
    });
    expect(seen).toBe("r2");
  });

  test("with stores is the task of the async code that its steps start", async () => {
    const seen: (string | undefined)[] = [];
    await runVirtual(async () => {
      const started = async () => {
        await Promise.resolve();
        seen.push(currentTask()?.name);
      };
      await request.run("r1", () =>
        createTask(
          function* () {
            yield* sleep(1);
            void started();
            yield* sleep(1);
          },
          { name: "generator" },
        ),
      );
    });
    expect(seen).toEqual(["generator"]);
  });

  test("of a program that has generators alone has its stores, from the first that there is", async () => {
    const { storage } = slot;
    slot.storage = undefined;
    await watchStoresAnew();
    const seen = await new Promise<unknown>((resolve, reject) => {
      const getStore = function* () {
        return [request.getStore(), slot.storesUsed];
      };
      const main = function* () {
        const before = yield* createTask(getStore());
        return [before, yield* request.run("r1", () => createTask(getStore()))];
      };
      runOutside(() => void runVirtual(main).then(resolve, reject));
    });
    slot.storage = storage;
    expect(seen).toEqual([
      [undefined, false],
      ["r1", true],
    ]);
  });
});

describe("the AsyncLocalStorages of the program", () => {
  test("a task sees the store of the code that makes it, and no other", async () => {
    const storage = new AsyncLocalStorage<string>();
    const body = async (): Promise<(string | undefined)[]> => {
      const seen = [storage.getStore()];
      await sleep(1);
      return [...seen, storage.getStore()];
    };
    const make = () => createTask(body);
    const tasks = [storage.run("first", make), storage.run("second", make), make()];
    expect(await gather(tasks)).toEqual([
      ["first", "first"],
      ["second", "second"],
      [undefined, undefined],
    ]);
  });

  test("a callback sees the store of the code that gave it to the loop, or to a future", async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const note = () => void seen.push(storage.getStore());
    await runVirtual(async () => {
      const loop = getRunningLoop();
      const future = new Future<void>();
      storage.run("soon", () => loop.callSoon(note));
      storage.run("later", () => loop.callLater(10, note));
      storage.run("done", () => future.addDoneCallback(note));
      storage.run("another", () => future.setResult());
      await sleep(20);
    });
    expect(seen).toEqual(["soon", "done", "later"]);
  });

  test("a callback is called outside of every task, whichever gave it to the loop", async () => {
    const seen: unknown[] = [];
    await runVirtual(async () => {
      getRunningLoop().callSoon(async () => {
        seen.push(currentTask());
        await Promise.resolve();
        seen.push(currentTask());
      });
      await sleep(10);
    });
    expect(seen).toEqual([undefined, undefined]);
  });

  test("in the function that a task is made of is that of the coroutine which it gives", async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const note = coroutine(async () => {
      seen.push(storage.getStore());
      await sleep(10);
      seen.push(storage.getStore());
    });
    await runVirtual(async () => {
      await storage.run("the maker's", () =>
        createTask(() => {
          storage.enterWith("its own");
          return note();
        }),
      );
      seen.push(storage.getStore());
    });
    expect(seen).toEqual(["its own", "its own", undefined]);
  });
});
