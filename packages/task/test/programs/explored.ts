/**
 * Tests for Node's own runner that use `explore`: `node --test explored.js`. In another runner with `test` among
 * its globals, that one runs them.
 */
import { test as nodeTest } from "node:test";
import { Future } from "@asyncio-ts/future";
import { explore } from "@asyncio-ts/loop/testing";
import { createTask, gather, sleep } from "@asyncio-ts/task";

const { test = nodeTest } = globalThis as { test?: (name: string, body: () => Promise<void>) => void };

test("an order that matters", async () => {
  await explore(async (outside) => {
    let shown = "";
    const search = (text: string) => async () => {
      shown = await outside.promise(text);
    };
    await gather([search("a"), search("ab")]);
    if (shown !== "ab") throw new Error("an old answer is shown");
  });
});

test("a deadlock", async () => {
  await explore(function* (outside) {
    let waiter: Future<void> | undefined;
    outside.call(() => waiter?.setResult());
    yield* sleep(0);
    waiter = new Future();
    yield* waiter;
  });
});

test("a native promise that nobody settles", async () => {
  await explore(async (outside) => {
    let wake = (): void => {};
    outside.call(() => wake());
    await sleep(0);
    await new Promise<void>((resolve) => (wake = resolve));
  });
});

test("a program that works in every order", async () => {
  const { complete } = await explore(
    async (outside) => {
      const task = createTask(async () => outside.promise(1));
      await gather([task, sleep(1)]);
    },
    { strategy: "exhaustive" },
  );
  if (!complete) throw new Error("there are more orders");
});
