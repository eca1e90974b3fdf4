import { AsyncLocalStorage } from "node:async_hooks";

import { Future } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, gather, sleep } from "@asyncio-ts/task";
import { describe, expect, it } from "vitest";
import { runVirtual } from "@asyncio-ts/testkit";

// AsyncLocalStorage is to JavaScript what contextvars are to Python: a task runs in the context of the code
// that made it, and the store of one request is never seen by the task of another.
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
