import { ExceptionGroup, TimeoutError } from "@asyncio-ts/task";
import { describe, expect, test } from "vitest";

/** The messages of a group's errors, in their nesting. */
function shape(group: unknown): unknown {
  if (!(group instanceof ExceptionGroup)) return group === undefined ? undefined : (group as Error).message;
  return group.exceptions.map(shape);
}

const a = new TypeError("a");
const b = new RangeError("b");
const c = new TypeError("c");
const d = new TimeoutError("d");
const nested = new ExceptionGroup("outer", [a, new ExceptionGroup("inner", [b, c]), d]);

describe("ExceptionGroup", () => {
  test("is an AggregateError with a message that counts its errors", () => {
    const group = new ExceptionGroup("two failed", [a, b]);
    expect(group).toBeInstanceOf(AggregateError);
    expect([group.name, group.message]).toEqual(["ExceptionGroup", "two failed (2 sub-exceptions)"]);
    expect(new ExceptionGroup("one failed", [a]).message).toBe("one failed (1 sub-exception)");
    expect([group.exceptions, group.errors]).toEqual([
      [a, b],
      [a, b],
    ]);
  });

  test("keeps a cause, and takes any iterable", () => {
    const cause = new Error("cause");
    const group = new ExceptionGroup("m", new Set([a, b]), { cause });
    expect([group.cause, group.exceptions.length]).toEqual([cause, 2]);
  });

  test("needs at least one error", () => {
    expect(() => new ExceptionGroup("none", [])).toThrow(
      new TypeError("new ExceptionGroup() needs at least one error, got an empty list"),
    );
  });

  test("split() by a class divides it, however deep, and keeps the nesting and the messages", () => {
    const [types, rest] = nested.split(TypeError);
    expect([shape(types), shape(rest)]).toEqual([
      ["a", ["c"]],
      [["b"], "d"],
    ]);
    expect([types?.message, rest?.message]).toEqual(["outer (2 sub-exceptions)", "outer (2 sub-exceptions)"]);
    expect((types?.exceptions[1] as Error | undefined)?.message).toBe("inner (1 sub-exception)");
  });

  test("split() by several classes, and by a predicate", () => {
    expect(nested.split([RangeError, TimeoutError]).map(shape)).toEqual([
      [["b"], "d"],
      ["a", ["c"]],
    ]);
    const isC = (error: unknown): boolean => error === c;
    expect(nested.split(isC).map(shape)).toEqual([[["c"]], ["a", ["b"], "d"]]);
  });

  test("what matches nothing, or everything, is the whole group on one side", () => {
    expect(nested.split(SyntaxError).map(shape)).toEqual([undefined, ["a", ["b", "c"], "d"]]);
    const [all, none] = nested.split(Error);
    expect([all === nested, none]).toEqual([true, undefined]);
    expect(nested.split(ExceptionGroup)[0]).toBe(nested);
  });

  test("split() takes groups that are nested 100,000 deep", () => {
    let deep: Error = new TypeError("deepest");
    for (let level = 0; level < 100_000; level++) deep = new ExceptionGroup("level", [b, deep]);
    const depths = (deep as ExceptionGroup).split(TypeError).map((part) => {
      let depth = 0;
      for (let one: unknown = part; one instanceof ExceptionGroup; one = one.exceptions.at(-1)) depth++;
      return depth;
    });
    expect(depths).toEqual([100_000, 100_000]);
  });

  test("a predicate is asked about groups too, and may take a whole one", () => {
    const isInner = (error: unknown): boolean =>
      error instanceof ExceptionGroup && error.message.startsWith("inner");
    expect(nested.split(isInner).map(shape)).toEqual([[["b", "c"]], ["a", "d"]]);
  });

  test("subgroup() is the matching half", () => {
    expect(shape(nested.subgroup(TypeError))).toEqual(["a", ["c"]]);
    expect(nested.subgroup(SyntaxError)).toBeUndefined();
  });

  test("an inherited class matches its base", () => {
    class Special extends TypeError {}
    const group = new ExceptionGroup("m", [new Special("s"), b]);
    expect(shape(group.subgroup(TypeError))).toEqual(["s"]);
    expect(shape(group.subgroup(Special))).toEqual(["s"]);
  });

  test("derive() makes the parts, so a subclass keeps its class", () => {
    class Failures<E> extends ExceptionGroup<E> {
      override derive<Other>(errors: Iterable<Other>): Failures<Other> {
        return new Failures("failures", errors);
      }
    }
    const group = new Failures("failures", [a, b], { cause: "why" });
    const [types, rest] = group.split(TypeError);
    expect([types, rest].every((part) => part instanceof Failures)).toBe(true);
    expect(new ExceptionGroup("m", [a, b], { cause: "why" }).subgroup(TypeError)?.cause).toBe("why");
  });

  test("things that are no errors can be in it", () => {
    const group = new ExceptionGroup("odd", ["text", undefined, 5]);
    expect(group.subgroup((error) => typeof error === "string")?.exceptions).toEqual(["text"]);
    expect(group.subgroup(Error)).toBe(group);
  });

  test.each([5, "TypeError", undefined, null, {}])("%j is refused as a condition", (condition) => {
    expect(() => nested.split(condition as unknown as typeof TypeError)).toThrow(
      /^split\(\) and subgroup\(\) need a filter of errors, got /,
    );
  });

  test("its own enumerable properties are those of an AggregateError", () => {
    expect(Object.keys(nested)).toEqual(Object.keys(new AggregateError([a], "m")));
  });
});

test("split() takes a class that is no Error", () => {
  class Failure {
    readonly code = 1;
  }
  expect(
    new ExceptionGroup("x", [new Failure(), new Error("e")]).split(Failure as never)[0]?.exceptions,
  ).toHaveLength(1);
});
