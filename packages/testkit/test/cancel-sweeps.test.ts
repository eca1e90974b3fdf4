import { Future } from "@asyncio-ts/future";
import { createTask, sleep } from "@asyncio-ts/task";
import { cancelBeforeEachTurn, cancelEachTaskBeforeEachTurn } from "@asyncio-ts/testkit";
import { expect, test } from "vitest";

test("cancelBeforeEachTurn() tries each turn, before the first and after the last as well", async () => {
  const places: string[] = [];
  const { endings } = await cancelBeforeEachTurn(() => {
    let place = "not begun";
    return async () => {
      try {
        place = "first";
        await sleep(1);
        place = "second";
        await sleep(1);
        return "ended";
      } finally {
        places.push(place);
      }
    };
  });
  expect(endings[0]).toBe("cancelled");
  expect(endings.at(-1)).toBe("ended");
  expect(new Set(places)).toEqual(new Set(["first", "second"]));
});

test("cancelEachTaskBeforeEachTurn() finds an item that gets lost between two turns", async () => {
  const losing = cancelEachTaskBeforeEachTurn(() => {
    const handed = new Future<void>();
    let taken = false;
    return {
      async main() {
        const task = createTask(async () => {
          await sleep(0);
          await handed;
          await sleep(0); // here a cancellation loses it
          taken = true;
        });
        handed.setResult();
        await task.catch(() => {});
      },
      check() {
        expect(taken).toBe(true);
      },
    };
  });
  await expect(losing).rejects.toThrow(/with task \d+ \(.*\) before turn \d+ cancelled/);
});
