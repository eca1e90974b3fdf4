import { Future } from "@asyncio-ts/future";
import { isAbortError, isInstance, nameCalls, nameOf } from "@asyncio-ts/future/lowlevel";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { ManualScheduler } from "@asyncio-ts/testkit/manual-scheduler";

test("console.log shows a future as its toString() does", () => {
  const future = new Future<number>({ loop: new ManualScheduler() });
  expect(inspect(future)).toBe("<Future pending>");
  future.setResult(1);
  expect(inspect({ future })).toBe("{ future: <Future finished> }");
});

const refuse = (): never => {
  throw new Error("refused");
};
const closed: object = new Proxy({}, { get: refuse, has: refuse, getPrototypeOf: refuse });

test.each<[string, unknown, string]>([
  ["a name", { name: "f" }, "f()"],
  ["no name", () => {}, "a function"],
  ["a name that is a symbol", { name: Symbol("s") }, "a function"],
  ["a name that is a number", { name: 5 }, "a function"],
  ["a name that throws when it is read", closed, "a function"],
])("nameOf() a function with %s.", (_, fn, name) => {
  expect(nameOf(fn as { name: string })).toBe(name);
});

test("isInstance() is instanceof, and false where that throws", () => {
  expect([isInstance(new TypeError(), Error), isInstance({}, Error), isInstance(null, Error)]).toEqual([
    true,
    false,
    false,
  ]);
  expect(isInstance(closed, Error)).toBe(false);
});

test("isAbortError() knows the error of an aborted operation, and nothing else", () => {
  const { reason } = AbortSignal.abort();
  expect(isAbortError(reason)).toBe(true);
  for (const other of [
    new Error("AbortError"),
    null,
    undefined,
    "AbortError",
    function AbortError() {},
    closed,
  ]) {
    expect(isAbortError(other)).toBe(false);
  }
});

test("nameCalls() names the objects of a class by a text, or by what a function says of each", () => {
  class Get {
    declare readonly name: string;
  }
  class Acquire {
    declare readonly name: string;
    readonly lock = "Lock";
  }
  nameCalls(Get.prototype, "Queue.get");
  nameCalls(Acquire.prototype, ({ lock }) => `${lock}.acquire`);
  expect([new Get().name, new Acquire().name]).toEqual(["Queue.get", "Lock.acquire"]);
});
