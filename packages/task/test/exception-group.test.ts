import { inspect } from "node:util";
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
  test("is an AggregateError with a message that counts and names its errors", () => {
    const group = new ExceptionGroup("two failed", [a, b]);
    expect(group).toBeInstanceOf(AggregateError);
    expect([group.name, group.message, group.text]).toEqual([
      "ExceptionGroup",
      "two failed (2 sub-exceptions: TypeError: a; RangeError: b)",
      "two failed",
    ]);
    expect(new ExceptionGroup("one failed", [a]).message).toBe("one failed (1 sub-exception: TypeError: a)");
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

  test.each<[string, unknown[], string]>([
    ["a message that is no string", [5, [a]], "needs a message that is a string, got 5"],
    [
      "one error in place of a list",
      ["m", a],
      'needs a list of errors, got an object of class TypeError; write new ExceptionGroup("message", [error])',
    ],
    ["null", ["m", null], 'needs a list of errors, got null; write new ExceptionGroup("message", [error])'],
    [
      "a string",
      ["m", "ab"],
      'needs a list of errors, got "ab"; write new ExceptionGroup("message", [error])',
    ],
    ["options that are none", ["m", [a], 5], "takes its options as an object, such as {}, got 5"],
  ])("refuses %s, and says what to write", (_, args, message) => {
    const Any = ExceptionGroup as unknown as new (...args: unknown[]) => unknown;
    expect(() => new Any(...args)).toThrow(new TypeError(`new ExceptionGroup() ${message}`));
  });

  test("split() by a class divides it, however deep, and keeps the nesting and the messages", () => {
    const [types, rest] = nested.split(TypeError);
    expect([shape(types), shape(rest)]).toEqual([
      ["a", ["c"]],
      [["b"], "d"],
    ]);
    expect([types?.message, rest?.message]).toEqual([
      "outer (2 sub-exceptions: TypeError: a; ExceptionGroup: inner (1 sub-exception: TypeError: c))",
      "outer (2 sub-exceptions: ExceptionGroup: inner (1 sub-exception: RangeError: b); TimeoutError: d)",
    ]);
    expect((types?.exceptions[1] as Error | undefined)?.message).toBe(
      "inner (1 sub-exception: TypeError: c)",
    );
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
    expect(nested.split([Error])[0]).toBe(nested);
    expect(nested.split(ExceptionGroup)[0]).toBe(nested);
  });

  test("split() takes groups that are nested 100,000 deep", ({ onTestFinished }) => {
    // The stacks of so many errors take longer than all else here.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    onTestFinished(() => void (Error.stackTraceLimit = stackTraceLimit));
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

  test.each<[string, unknown, string]>([
    ["an array with something else in it", [TypeError, 5], "an array with 5 in it"],
    ["an array that begins with something else", [5, TypeError], "an array with 5 in it"],
    ["null", null, "null"],
    [
      "an async function",
      async () => true,
      "an async function or a generator function, whose answer would always be true",
    ],
    [
      "a generator function",
      function* () {},
      "an async function or a generator function, whose answer would always be true",
    ],
  ])("%s is refused as a filter, with what to write", (_, filter, got) => {
    expect(() => nested.subgroup(filter as never)).toThrow(
      new TypeError(
        `split() and subgroup() need a filter of errors, got ${got}; ` +
          "write split(TypeError), split([TypeError, RangeError]) or split((error) => …)",
      ),
    );
  });

  test("a predicate that speaks of a class is none", () => {
    const group = new ExceptionGroup("m", [{ class: "first" }, { class: "second" }]);
    const isFirst = (error: unknown): boolean => (error as { class: string }).class === "first";
    expect(group.split(isFirst).map((part) => part?.exceptions)).toEqual([
      [{ class: "first" }],
      [{ class: "second" }],
    ]);
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

describe("the message of a group", () => {
  const messageOf = (...errors: unknown[]): string => new ExceptionGroup("m", errors).message;

  test("names three errors, and says how many it leaves out", () => {
    const four = Array.from({ length: 4 }, (_, index) => new Error(`e${index}`));
    expect(messageOf(...four)).toBe("m (4 sub-exceptions: Error: e0; Error: e1; Error: e2; … and 1 more)");
    const many = new ExceptionGroup(
      "m",
      Array.from({ length: 100_000 }, () => a),
    );
    expect(many.message).toBe(
      "m (100,000 sub-exceptions: TypeError: a; TypeError: a; TypeError: a; … and 99,997 more)",
    );
  });

  test("has one line of bounded length, however long those of the errors are", () => {
    const long = new Error("very\n  long ".repeat(1_000_000));
    for (const count of [1, 2, 3, 1000]) {
      const message = messageOf(...Array.from({ length: count }, () => long));
      expect(message).toMatch(/^m \([\d,]+ sub-exceptions?: Error: very long very.*…/);
      expect(message).not.toContain("\n");
      expect(message.length).toBeLessThan(270);
    }
  });

  test("has the same room for each error that it names, and 200 characters for all", () => {
    const long = new Error("x".repeat(1000));
    const lengths = (count: number): number[] => {
      const message = messageOf(...Array.from({ length: count }, () => long));
      return message
        .slice(message.indexOf(": ") + 2, -1)
        .split("; ")
        .map((name) => name.length);
    };
    expect([lengths(1), lengths(2), lengths(3)]).toEqual([[200], [100, 100], [66, 66, 66]]);
  });

  test("has what an error says in one line", () => {
    expect(messageOf(new Error("  in\n three \t lines\n"))).toBe(
      "m (1 sub-exception: Error: in three lines)",
    );
    expect(messageOf(" a \n text ")).toBe('m (1 sub-exception: "a text")');
  });

  test("names an error without a message, and what is no error", () => {
    expect(messageOf(new TypeError(), "text", undefined)).toBe(
      'm (3 sub-exceptions: TypeError; "text"; undefined)',
    );
    expect(messageOf(Symbol("s"), null, {})).toBe(
      "m (3 sub-exceptions: Symbol(s); null; an object of class Object)",
    );
    expect(messageOf({ name: "DOMException", message: "of another realm" })).toContain(
      "DOMException: of another",
    );
  });

  test("survives errors that can't be read", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const throws = (): never => {
      throw new Error("no");
    };
    const getter = Object.defineProperty(new Error("x"), "message", { get: throws });
    const text = Object.defineProperty(new Error("y"), "toString", { value: throws });
    const odd = Object.defineProperty(new Error("z"), "name", { value: 5 });
    expect(messageOf(proxy, getter)).toBe(
      "m (2 sub-exceptions: an object that can't be read; an object of class Error)",
    );
    expect(messageOf(text, odd)).toBe("m (2 sub-exceptions: Error: y; an object of class Error)");
    expect(messageOf(proxy)).toBe("m (1 sub-exception: an object that can't be read)");
  });

  test("is not repeated in those of its parts, however often it is split", () => {
    const group = new ExceptionGroup("m", [a, b, c]);
    const [types] = group.split(TypeError);
    const [ofC] = types?.split((error) => error === c) ?? [];
    expect([types?.message, ofC?.message, ofC?.text]).toEqual([
      "m (2 sub-exceptions: TypeError: a; TypeError: c)",
      "m (1 sub-exception: TypeError: c)",
      "m",
    ]);
  });
});

describe("the cause of a group", () => {
  test("is its error, if that is the only one", () => {
    expect(new ExceptionGroup("m", [a]).cause).toBe(a);
    expect("cause" in new ExceptionGroup("m", [a, b])).toBe(false);
    expect("cause" in new ExceptionGroup("m", [undefined])).toBe(false);
    expect(new ExceptionGroup("m", [a], { cause: b }).cause).toBe(b);
    expect(new ExceptionGroup("m", [a], { cause: undefined }).cause).toBeUndefined();
  });

  test("is the error at the end of groups of one, so that printing them grows with their depth only", () => {
    let group = new ExceptionGroup<unknown>("m", [a]);
    for (let depth = 0; depth < 20; depth++) group = new ExceptionGroup<unknown>("m", [group]);
    expect(group.cause).toBe(a);
    expect(inspect(group, { depth: Infinity }).match(/TypeError: a\n/g)?.length).toBe(22);
    const two = new ExceptionGroup("two", [a, b]);
    expect(new ExceptionGroup("m", [two]).cause).toBe(two);
  });

  test("of the parts is the one that was given, or their own error", () => {
    expect(new ExceptionGroup("m", [a]).derive([b]).cause).toBe(b);
    expect("cause" in new ExceptionGroup("m", [a]).derive([a, b])).toBe(false);
    expect(new ExceptionGroup("m", [a, b]).subgroup(RangeError)?.cause).toBe(b);
    expect(new ExceptionGroup("m", [a], { cause: c }).derive([b]).cause).toBe(c);
    expect(new ExceptionGroup("m", [a], { cause: undefined }).derive([b]).cause).toBe(b);
    const around = new ExceptionGroup("m", [new ExceptionGroup("n", [a, b])]);
    expect(around.subgroup(TypeError)?.cause).toBe(a);
  });

  test("may be a proxy that can't be read", () => {
    const hostile = new Proxy(nested, {
      get: (target, key) => (key === "errors" ? target.nothing.there : Reflect.get(target, key)),
    } as ProxyHandler<typeof nested & { nothing: { there: unknown } }>);
    expect(new ExceptionGroup("m", [hostile]).cause === hostile).toBe(true);
  });
});

test("a group that holds itself can be printed", () => {
  const group = new ExceptionGroup<unknown>("m", [a]);
  group.errors[0] = group;
  expect(inspect(group)).toContain("[Circular *1]");
  expect(new ExceptionGroup("around", [group]).message).toBe(
    "around (1 sub-exception: ExceptionGroup: m (1 sub-exception: TypeError: a))",
  );
});

test("a group within a group goes to one part alone if the filter chooses all of it, or nothing", () => {
  const chosen = new ExceptionGroup("chosen", [a, a]);
  const rest = new ExceptionGroup("rest", [b, b]);
  const [types, others] = new ExceptionGroup<unknown>("m", [chosen, rest]).split(
    (error: unknown) => error instanceof TypeError,
  );
  const shape = (group: ExceptionGroup<unknown> | undefined): unknown =>
    group?.exceptions.map((each) => (each instanceof ExceptionGroup ? shape(each) : each));
  expect([shape(types), shape(others)]).toEqual([[[a, a]], [[b, b]]]);
});
