import { describe, expect, test } from "vitest";
import { assertMilliseconds } from "../src/milliseconds.js";

describe("assertMilliseconds()", () => {
  test.each([0, 1, -1, 0.5, Infinity, -Infinity])("%d is a time", (value) => {
    expect(() => assertMilliseconds(value, "f")).not.toThrow();
  });

  test.each([
    ["NaN", NaN, "NaN"],
    ["a string", "1s", '"1s"'],
    ["a bigint", 1n, "1"],
    ["a date", new Date(0), "an object of class Date"],
    ["nothing", undefined, "undefined"],
  ])("%s is none", (_, value, name) => {
    expect(() => assertMilliseconds(value, "f")).toThrow(
      new TypeError(`f() needs a number of milliseconds, got ${name}`),
    );
  });
});
