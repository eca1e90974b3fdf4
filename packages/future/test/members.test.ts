import { loopParts } from "@asyncio-ts/future/internal";
import { describe, expect, test } from "vitest";
import type { LoopParts } from "../src/contract.js";
import * as members from "../src/members.js";

describe("another installed copy", () => {
  test("finds the members of futures, waits and tasks in the global registry", () => {
    const names = Object.entries(members).map(([name, symbol]) => [name, Symbol.keyFor(symbol)]);
    expect(names.length).toBeGreaterThan(10);
    expect(names).toEqual(Object.keys(members).map((name) => [name, `asyncio-ts.${name}`]));
  });

  test("finds the parts of an event loop there, too", () => {
    const parts = {} as LoopParts;
    expect(loopParts.find({ [Symbol.for("asyncio-ts.EventLoop")]: parts })).toBe(parts);
  });
});

test.each<[string, unknown]>([
  ["an object", {}],
  ["a function", Object.assign(() => {}, { [Symbol.for("asyncio-ts.EventLoop")]: {} })],
  ["null", null],
  ["nothing", undefined],
  ["a text", "loop"],
])("%s is no event loop", (_, value) => {
  expect(loopParts.find(value)).toBeUndefined();
});
