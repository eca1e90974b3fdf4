import { isFuture } from "@asyncio-ts/future";
import {
  assertFunction,
  assertMilliseconds,
  assertOptions,
  hasMethods,
  isAsyncFunction,
  readFlag,
} from "@asyncio-ts/future/lowlevel";
import { describe, expect, test } from "vitest";

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe("assertOptions()", () => {
  test.each([undefined, {}, new Map()])("takes %o", (value) => {
    expect(() => assertOptions(value, "f")).not.toThrow();
  });

  test.each<[string, unknown, string]>([
    ["null", null, "null"],
    ["a number", 5, "5"],
    ["an array", [], "an object of class Array"],
    ["a function", () => {}, "a function"],
    ["a revoked proxy", revoked(), "an object that can't be read"],
  ])("refuses %s.", (_, value, name) => {
    expect(() => assertOptions(value, "f")).toThrow(
      new TypeError(`f() takes its options as an object, such as {}, got ${name}`),
    );
  });
});

test("readFlag() gives true, false, or false for what is left out, and refuses all else", () => {
  const read = (options: unknown) => readFlag(options as { readonly on?: boolean }, "on", "f");
  expect([read({ on: true }), read({ on: false }), read({}), read(undefined)]).toEqual([
    true,
    false,
    false,
    false,
  ]);
  expect(() => read({ on: 1 })).toThrow(new TypeError("f() needs on to be true or false, got 1"));
  expect(() => read(null)).toThrow(TypeError);
});

test("assertFunction() refuses what is none", () => {
  expect(() => assertFunction(() => {}, "f")).not.toThrow();
  expect(() => assertFunction(Symbol("s"), "f")).toThrow(
    new TypeError("f() needs a function, got Symbol(s)"),
  );
});

test("a revoked proxy is no future, and has no methods", () => {
  const proxy = revoked();
  expect([isFuture(proxy), hasMethods(proxy, "run")]).toEqual([false, false]);
});

test("isAsyncFunction() tells async functions and async generator functions", () => {
  expect([async () => {}, async function* () {}, () => {}, function* () {}].map(isAsyncFunction)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test("isAsyncFunction() is not deceived by a part of a tag", () => {
  expect(isAsyncFunction({ [Symbol.toStringTag]: "[object AsyncFunction]" })).toBe(false);
  expect(isAsyncFunction({ [Symbol.toStringTag]: "AsyncFunction] and [object AsyncFunction" })).toBe(false);
});

test.each<[boolean, string, unknown]>([
  [true, "an object with all of them", { run: () => {}, stop: () => {}, other: 5 }],
  [true, "an object that inherits them", Object.create({ run: () => {}, stop: () => {} })],
  [false, "an object with one of them", { run: () => {} }],
  [false, "an object with a property of that name", { run: () => {}, stop: true }],
  [false, "a function with them", Object.assign(() => {}, { run: () => {}, stop: () => {} })],
  [false, "null", null],
  [false, "nothing", undefined],
  [false, "a text", "run"],
])("hasMethods() is %j of %s", (has, _, value) => {
  expect(hasMethods(value, "run", "stop")).toBe(has);
});

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
