import { describe, expect, it } from "vitest";
import { threadCloneCheck } from "../src/clone.js";
import { pack, unpack } from "../src/packed.js";
import { pools, work } from "./support/pools.js";
import type * as Work from "./workers/work.js";

const sent = (thrown: unknown): unknown => unpack(structuredClone(pack(thrown, threadCloneCheck)));

describe("what is thrown, packed and unpacked", () => {
  it("keeps the built-in class, the name, the message, the stack and the properties", () => {
    const error = Object.assign(new URIError("bad"), { code: "E_BAD", done: () => 1, at: { line: 3 } });
    const copy = sent(error) as typeof error;
    expect(copy).toBeInstanceOf(URIError);
    expect([copy.name, copy.message, copy.stack]).toEqual(["URIError", "bad", error.stack]);
    // The properties that can't be cloned stay behind.
    expect(Object.entries(copy)).toEqual([
      ["code", "E_BAD"],
      ["at", { line: 3 }],
    ]);
  });

  it.each([Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError])(
    "keeps %o",
    (Class) => {
      const copy = sent(new Class("text")) as Error;
      expect(copy.constructor).toBe(Class);
      expect(Object.keys(copy)).toEqual([]);
    },
  );

  it("keeps a code that the error inherits", () => {
    class ModuleError extends Error {
      get code(): string {
        return "E_MODULE";
      }
    }
    expect(Object.entries(sent(new ModuleError("text")) as Error)).toEqual([["code", "E_MODULE"]]);
  });

  it("leaves errors out that stand in the chain already", () => {
    const error = new AggregateError([1], "all");
    error.errors.push(error, new Error("inner", { cause: error }));
    const copy = sent(error) as AggregateError;
    expect(copy.errors).toEqual([1, new Error("inner")]);
    expect("cause" in (copy.errors[1] as Error)).toBe(false);
  });

  it("is an Error if its class is one that only a newer version knows", () => {
    const packed = pack(new RangeError("far"), threadCloneCheck) as { error: { base: string } };
    const copy = unpack({ error: { ...packed.error, base: "NewError" } } as Parameters<typeof unpack>[0]);
    expect((copy as Error).constructor).toBe(Error);
    expect(String(copy)).toBe("RangeError: far");
  });

  it("keeps values that are no errors", () => {
    expect([sent("text"), sent(undefined), sent({ a: 1 })]).toEqual(["text", undefined, { a: 1 }]);
    expect(sent(Object.create(null, { f: { value: () => 1, enumerable: true } }))).toBeInstanceOf(TypeError);
  });

  it("survives an error that is broken itself", () => {
    const error = new Error("text");
    Object.defineProperty(error, "stack", { value: 3 });
    Object.defineProperty(error, "cause", { value: undefined });
    expect(sent(error)).toMatchObject({ message: "text", stack: undefined, cause: undefined });
  });

  it("leaves out what throws when it is read", () => {
    const get = (): never => {
      throw new Error("in a getter");
    };
    const error = Object.assign(new TypeError("text"), { code: 1 });
    for (const key of ["stack", "cause", "broken"]) {
      Object.defineProperty(error, key, { get, enumerable: true });
    }
    const copy = sent(error) as typeof error;
    expect([copy.message, copy.stack, copy.cause, Object.entries(copy)]).toEqual([
      "text",
      undefined,
      undefined,
      [["code", 1]],
    ]);
    expect(`${sent(Object.defineProperty(new Error("text"), "message", { get }))}`).toBe("Error");
    const name = { toString: get };
    expect(`${sent(Object.defineProperty(new Error("text"), "name", { value: name }))}`).toBe("text");
  });

  it("says so when nothing of it can be read", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(`${sent(proxy)}`).toBe("TypeError: a value that can't be read was thrown");
    const group = Object.assign(new AggregateError([], "no list"), { errors: 3 });
    expect(sent(group)).toMatchObject({ message: "no list", errors: [] });
  });

  it("takes a hundred causes along, and no more", () => {
    let error = new Error("0");
    for (let i = 1; i < 100_000; i++) error = new Error(String(i), { cause: error });
    let copy: unknown = sent(error);
    let last = "";
    let count = 0;
    for (; copy instanceof Error; copy = copy.cause, count++) last = copy.message;
    expect([count, last]).toEqual([101, "99899"]);
  });

  it("keeps properties of whichever name", () => {
    const error = new DOMException("text", "AbortError");
    for (const key of ["code", "__proto__"]) {
      Object.defineProperty(error, key, { value: "own", enumerable: true });
    }
    const copy = sent(error) as DOMException;
    expect([copy.name, copy instanceof DOMException]).toEqual(["AbortError", true]);
    expect(Object.entries(copy)).toEqual([
      ["code", "own"],
      ["__proto__", "own"],
    ]);
  });
});

describe.each(pools)("an error in a $kind", ({ Pool }) => {
  it("arrives with all that it had", async () => {
    await using pool = new Pool<typeof Work>(work, { maxWorkers: 1 });
    const get = (kind: Parameters<typeof Work.fail>[0]) =>
      pool.submit("fail", kind).catch((error: unknown) => error as Error);

    const typeError = await get("TypeError");
    expect([typeError instanceof TypeError, `${typeError}`]).toEqual([true, "TypeError: of the wrong type"]);
    expect(typeError?.stack).toMatch(/^TypeError: of the wrong type\n +at fail \(.*work/);

    const custom = await get("custom");
    expect(custom).toBeInstanceOf(RangeError);
    expect(custom).toMatchObject({
      name: "PlanError",
      message: "no plan",
      code: "E_PLAN",
      step: { number: 3 },
    });

    const top = await get("cause");
    const middle = top?.cause as Error;
    const root = middle.cause as Error;
    expect([`${top}`, `${middle}`, `${root}`]).toEqual([
      "Error: the top",
      "Error: the middle",
      "RangeError: the root",
    ]);
    expect([root instanceof RangeError, "cause" in root]).toEqual([true, false]);

    const several = await get("aggregate");
    expect(several).toBeInstanceOf(AggregateError);
    expect((several as AggregateError).errors.map(String)).toEqual(["SyntaxError: one", "2"]);

    const aborted = await get("abort");
    expect(aborted).toBeInstanceOf(DOMException);
    expect(aborted).toMatchObject({ name: "AbortError", message: "stopped", code: 20 });

    expect(await get("string")).toBe("just text");
    expect(String(await get("function"))).toMatch(
      /^TypeError: a value that can't be sent was thrown: \[Function/,
    );
    await expect(pool.submit("failLater")).rejects.toThrow(new Error("later"));
  });
});
