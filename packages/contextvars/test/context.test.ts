import { Context, ContextVar, copyContext } from "@asyncio-ts/contextvars";
import { describe, expect, test } from "vitest";

const a = new ContextVar("a", { default: "default" });
const b = new ContextVar<number>("b");

describe("a Context", () => {
  test("keeps what is set in it, and code outside does not see it", () => {
    const context = new Context();
    const result = context.run(
      (value: string, other: number) => {
        a.set(value);
        b.set(other);
        return a.get();
      },
      "inside",
      1,
    );
    expect([result, a.get(), b.get("none")]).toEqual(["inside", "default", "none"]);
    expect([context.get(a), context.get(b), context.size]).toEqual(["inside", 1, 2]);
    expect(context.run(() => a.get())).toBe("inside");
  });

  test("lists its variables as Python does", () => {
    const context = new Context();
    expect([context.size, [...context], context.has(a), context.get(a), context.get(a, "fallback")]).toEqual([
      0,
      [],
      false,
      undefined,
      "fallback",
    ]);
    context.run(() => [a.set("x"), b.set(1)]);
    expect([...context]).toEqual([a, b]);
    expect([...context.keys()]).toEqual([a, b]);
    expect([...context.values()]).toEqual(["x", 1]);
    expect([...context.entries()]).toEqual([
      [a, "x"],
      [b, 1],
    ]);
    expect(`${context} ${new Context()}`).toBe("<Context of a, b> <Context without values>");
  });

  test("entered inside another one has values of its own, and shows them meanwhile", () => {
    const [one, other] = [new Context(), new Context()];
    one.run(() => {
      expect([a.get(), one.get(a), one.has(a)]).toEqual(["default", undefined, false]);
      const token = a.set("one");
      expect([a.get(), one.get(a), one.size]).toEqual(["one", "one", 1]);
      other.run(() => {
        expect([a.get(), copyContext().size]).toEqual(["default", 0]);
        a.set("other");
        expect([one.get(a), other.get(a)]).toEqual(["one", "other"]);
      });
      expect([a.get(), copyContext().get(a)]).toEqual(["one", "one"]);
      a.reset(token);
      expect([...one]).toEqual([]);
    });
    expect([a.get(), one.get(a), other.get(a)]).toEqual(["default", undefined, "other"]);
  });

  test("that was copied changes on its own", () => {
    const context = new Context();
    context.run(() => a.set("first"));
    const copy = context.copy();
    context.run(() => a.set("second"));
    copy.run(() => b.set(1));
    expect([context.get(a), copy.get(a), context.has(b)]).toEqual(["second", "first", false]);
  });

  test("copyContext has what is set, and what is set later stays outside", () =>
    new Context().run(() => {
      a.set("before");
      const copy = copyContext();
      const token = a.set("after");
      expect([copy.get(a), a.get()]).toEqual(["before", "after"]);
      expect(() => copy.run(() => a.reset(token))).toThrow("a token of another context");
    }));

  test("is not entered twice, not even through another one", () => {
    const [one, other] = [new Context(), new Context()];
    one.run(() => a.set("x"));
    const message =
      "run() on <Context of a>, in which code runs already; run the function in a copy of it: context.copy().run(…)";
    one.run(() => {
      expect(() => one.run(() => {})).toThrow(message);
      expect(() => other.run(() => one.run(() => {}))).toThrow(message);
      expect(other.run(() => one.copy().run(() => a.get()))).toBe("x");
    });
    expect(one.run(() => a.get())).toBe("x");
    expect(other.run(() => one.run(() => a.get()))).toBe("x");
  });

  test("is left by an error, too", () => {
    const context = new Context();
    const error = new Error("thrown inside");
    expect(() =>
      context.run(() => {
        a.set("inside");
        throw error;
      }),
    ).toThrow(error);
    expect([a.get(), context.run(() => a.get())]).toEqual(["default", "inside"]);
  });

  test("has no values of what is not a variable", () => {
    const message = 'a Context has values of ContextVars, and none of "a"';
    expect(() => new Context().get("a" as never)).toThrow(message);
    expect(() => new Context().has("a" as never)).toThrow(TypeError);
    expect(() => new Context().run("a" as never)).toThrow('Context.run() needs a function, got "a"');
  });
});
