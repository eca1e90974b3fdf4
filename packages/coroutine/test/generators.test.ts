import { isGeneratorFunction, isNativeGenerator, isSteps } from "@asyncio-ts/coroutine/internal";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";

function* steps(): Generator<never, void> {}

/** A generator of another realm, where every class is another one. */
const foreign: unknown = runInNewContext("(function* () {})()");

const fail = (): never => {
  throw new Error("asked");
};
/** A proxy that throws at whatever it is asked. */
const hostile: object = new Proxy(() => {}, { get: fail, has: fail, getPrototypeOf: fail });
const hostileObject: object = new Proxy({}, { get: fail, has: fail, getPrototypeOf: fail });

/** Values that are no generators, each less like one than the one before. */
const others: readonly unknown[] = [
  undefined,
  null,
  5,
  "steps",
  {},
  [].values(),
  Promise.resolve(),
  steps,
  hostile,
  hostileObject,
];

const members = { next() {}, throw() {}, [Symbol.iterator]() {} };

describe("isNativeGenerator()", () => {
  test("tells generators of this realm from all else", () => {
    expect(isNativeGenerator(steps())).toBe(true);
    expect([foreign, members, ...others].map(isNativeGenerator)).toEqual([
      false,
      false,
      ...others.map(() => false),
    ]);
  });
});

describe("isSteps()", () => {
  test("knows generators of any realm, and what has their members", () => {
    expect([steps(), foreign, members].map(isSteps)).toEqual([true, true, true]);
    expect(others.map(isSteps)).toEqual(others.map(() => false));
  });

  test.each(["next", "throw", Symbol.iterator] as const)("takes no object without %s() for one", (name) => {
    const { [name]: _, ...rest } = members;
    expect(isSteps(rest)).toBe(false);
  });

  test("takes no function for one, whatever its members are", () => {
    expect(isSteps(Object.assign(() => {}, members))).toBe(false);
  });
});

describe("isGeneratorFunction()", () => {
  test("knows generator functions alone", () => {
    expect(isGeneratorFunction(steps)).toBe(true);
    const functions = [() => {}, async () => {}, async function* () {}, Object, hostile];
    expect(functions.map(isGeneratorFunction)).toEqual(functions.map(() => false));
  });
});
