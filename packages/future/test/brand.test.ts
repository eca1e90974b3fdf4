import { nameError, brandInstances, hasBrand } from "@asyncio-ts/future/lowlevel";
import { describe, expect, test } from "vitest";

/** The same class twice, as two copies of the library have it. */
function makeLost(): new (message?: string) => Error {
  return class Lost extends Error {
    static {
      nameError(this, "Lost");
    }
  };
}

describe("nameError()", () => {
  const First = makeLost();
  const Second = makeLost();

  test("gives the errors their name", () => {
    expect(String(new First("keys"))).toBe("Lost: keys");
  });

  test("instanceof is true for the class of both copies, and for what is derived from either", () => {
    class Derived extends Second {}
    for (const error of [new First(), new Second(), new Derived()]) {
      expect([error instanceof First, error instanceof Second, error instanceof Error]).toEqual([
        true,
        true,
        true,
      ]);
    }
  });

  test("instanceof of a derived class is true for its own instances alone", () => {
    class Derived extends First {}
    class Other extends First {}
    expect([new Derived(), new Other(), new First(), new Second()].map((e) => e instanceof Derived)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  test("instanceof is false for everything else", () => {
    const named = Object.assign(new Error("other"), { name: "Lost" });
    for (const other of [named, {}, null, undefined, "Lost", 5, First]) {
      expect((other as object) instanceof First).toBe(false);
    }
  });
});

test("a brand is on the instances of a class and of those derived from it", () => {
  const brand = Symbol("brand");
  class Base {
    readonly field = 1;
  }
  class Derived extends Base {}
  brandInstances(Base.prototype, brand);
  expect([new Base(), new Derived(), {}, null, "text"].map((value) => hasBrand(value, brand))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(Object.keys(Base.prototype)).toEqual([]);
});

test.each<[string, unknown]>([
  ["a function with it", Object.assign(() => {}, { [Symbol.for("asyncio-ts.Future")]: true })],
  ["null", null],
  ["nothing", undefined],
  ["a text", "text"],
])("%s has no brand", (_, value) => {
  expect(hasBrand(value, Symbol.for("asyncio-ts.Future"))).toBe(false);
});
