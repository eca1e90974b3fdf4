import { CancelledError } from "@asyncio-ts/future";
import { nameOf, outcomeOf } from "@asyncio-ts/testkit";
import { expect, test } from "vitest";
import { oneOfTwo } from "../src/two-errors.js";

const [error, other] = [new Error("one"), new Error("other")];
const cancelled = new CancelledError("stop");
const again = new CancelledError("again");

test.each([
  ["the first of two errors is thrown, and the second one reported", error, other, error, [other]],
  ["a cancellation is thrown in place of an error, which is reported", error, cancelled, cancelled, [error]],
  ["an error after a cancellation is reported", cancelled, error, cancelled, [error]],
  ["the second of two cancellations is thrown, and none reported", cancelled, again, again, []],
])("%s", async (_title, first, second, thrown, reported) => {
  const { result, reports } = await outcomeOf(async () => oneOfTwo(first, second, "two errors"));
  expect(nameOf(result)).toBe(nameOf(thrown));
  expect(reports.map(({ exception }) => exception)).toEqual(reported);
});
