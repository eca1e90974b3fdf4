import { describe as describeValue } from "@asyncio-ts/future/lowlevel";
import { describe, expect, test } from "vitest";

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const liar = new Proxy({}, { get: () => Symbol("a lie") });

describe("what a value is, in error messages", () => {
  test.each<[string, unknown, string]>([
    ["a string", "text", '"text"'],
    ["a symbol", Symbol("s"), "Symbol(s)"],
    ["nothing", null, "null"],
    ["a function", () => {}, "a function"],
    ["an object", {}, "an object of class Object"],
    ["an object of a class", new Date(), "an object of class Date"],
    ["an object without a prototype", Object.create(null), "an object of class Object"],
    ["an async generator", (async function* () {})(), "an object of class AsyncGenerator"],
    ["an object that lies", liar, "an object of class Object"],
    ["a revoked proxy", revoked(), "an object that can't be read"],
  ])("%s", (_, value, expected) => {
    expect(describeValue(value)).toBe(expected);
  });
});

test("an object is described by its class, even if that has no tag of its own", () => {
  class Work {
    readonly hours = 8;
  }
  expect(describeValue(new Work())).toBe("an object of class Work");
  expect(describeValue(Object.create({ constructor: { name: 5 } }))).toBe("an object of class Object");
});
