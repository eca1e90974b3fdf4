import { expect, test } from "vitest";
import { cut, fewOf, more } from "../src/few-of.js";

test("fewOf() names the first three, and says how many more there are", () => {
  expect(fewOf(["a", "b", "c"], 3)).toBe("a, b, c");
  expect(fewOf(["a", "b", "c", "d"], 4)).toBe("a, b, c, … and 1 more");
  expect(fewOf(new Set(Array.from({ length: 100_000 }, (_, i) => i)), 100_000)).toBe(
    "0, 1, 2, … and 99,997 more",
  );
});

test("cut() leaves a short name as it is, and ends a long one with an ellipsis", () => {
  expect([cut("short"), cut("x".repeat(120)), cut("x".repeat(121))]).toEqual([
    "short",
    "x".repeat(120),
    `${"x".repeat(119)}…`,
  ]);
});

test("more() counts in words", () => {
  expect([more(1, "task"), more(99_900, "task")]).toEqual(["1 more task", "99,900 more tasks"]);
});
