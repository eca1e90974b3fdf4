import { AsyncLocalStorage } from "node:async_hooks";

import { coroutine, Future } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { Lock } from "@asyncio-ts/sync";
import { createTask, currentTask, gather, sleep } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";
import { runVirtual } from "@asyncio-ts/testkit";

// AsyncLocalStorage is to JavaScript what contextvars are to Python: a task runs in the context of the code that made
// it, and the store of one request is never seen by the task of another.
describe("AsyncLocalStorage of the program", () => {
  it("a task sees the store of the code that makes it, and no other", async () => {
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
});

describe("AsyncLocalStorage of the program, beyond tasks", () => {
  it("a callback sees the store of the code that gave it to the loop, or to a future", async () => {
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

  it("a callback is called outside of every task, whichever gave it to the loop", async () => {
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

  it("a body that had to wait for its turn sees the store of the code that awaits it", async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    await runVirtual(async () => {
      const lock = new Lock();
      const hold = async (name: string) => {
        await storage.run(name, async () => {
          await lock.with(async () => {
            await sleep(10);
            seen.push(storage.getStore());
          });
        });
      };
      await gather([() => hold("first"), () => hold("second")]);
    });
    expect(seen).toEqual(["first", "second"]);
  });
});

describe("a store that code enters for the rest of its run", () => {
  it("is that of its task alone: neither its maker nor the tasks beside it see it", async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: Record<string, (string | undefined)[]> = {};
    const worker = async (name: string) => {
      for (let round = 0; round < 3; round++) {
        storage.enterWith(`${name}${round}`);
        await sleep(10);
        (seen[name] ??= []).push(storage.getStore());
      }
    };
    await runVirtual(async () => {
      storage.enterWith("maker");
      await gather(["a", "b", "c"].map((name) => () => worker(name)));
      seen["maker"] = [storage.getStore()];
    });
    expect(seen).toEqual({
      a: ["a0", "a1", "a2"],
      b: ["b0", "b1", "b2"],
      c: ["c0", "c1", "c2"],
      maker: ["maker"],
    });
  });

  it("in the function that a task is made of is that of the coroutine which it gives", async () => {
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

  it("in a done callback does not become that of the task that waits, nor of the one that added it", async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    await runVirtual(async () => {
      storage.enterWith("mine");
      const future = new Future<void>();
      future.addDoneCallback(() => storage.enterWith("the callback's"));
      getRunningLoop().callSoon(() => {
        storage.enterWith("another callback's");
        future.setResult();
      });
      await future;
      seen.push(storage.getStore());
      await sleep(10);
      seen.push(storage.getStore());
    });
    expect(seen).toEqual(["mine", "mine"]);
  });

  it("in the first step of an eager task is not seen by the code that made the task", async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    await runVirtual(async () => {
      storage.enterWith("maker");
      const task = createTask(
        async () => {
          seen.push(storage.getStore());
          storage.enterWith("eager");
          await sleep(10);
          seen.push(storage.getStore());
        },
        { eagerStart: true },
      );
      seen.push(storage.getStore());
      await task;
      seen.push(storage.getStore());
    });
    expect(seen).toEqual(["maker", "maker", "eager", "maker"]);
  });
});
