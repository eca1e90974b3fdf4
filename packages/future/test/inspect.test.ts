import { coroutine, Future } from "@asyncio-ts/future";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { ManualScheduler } from "./manual-scheduler.js";

test("console.log shows a future and a coroutine as their toString() does.", () => {
  const future = new Future<number>({ loop: new ManualScheduler() });
  expect(inspect(future)).toBe("<Future pending>");
  future.setResult(1);
  expect(inspect({ future })).toBe("{ future: <Future finished> }");
  expect(inspect(coroutine(async function fetchData() {})())).toBe("<Coroutine fetchData>");
});
