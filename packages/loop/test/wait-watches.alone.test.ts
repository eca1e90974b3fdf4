import { Future } from "@asyncio-ts/future";
import { slot } from "@asyncio-ts/future/internal";
import { ManualScheduler } from "@asyncio-ts/testkit/manual-scheduler";
import { afterEach, expect, test } from "vitest";
import { watchWaits } from "../src/wait-watches.js";

afterEach(() => {
  expect(slot.waits).toBeUndefined();
});

test("each watch is told of each wait, in the order in which they came, until it is taken back", async () => {
  const scheduler = new ManualScheduler();
  const told: string[] = [];
  const watch = (name: string): (() => void) =>
    watchWaits({ waitBegins: (target) => told.push(`${name} ${target}`) });
  const wait = (): void => void new Future<void>({ loop: scheduler }).then();
  const first = watch("first");
  wait();
  const second = watch("second");
  wait();
  first();
  first();
  wait();
  second();
  wait();
  expect(told).toEqual(["first", "first", "second", "second"].map((name) => `${name} <Future pending>`));
});
