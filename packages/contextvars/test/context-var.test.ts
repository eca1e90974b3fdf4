import { ContextVar, Context, copyContext, LookupError, Token } from "@asyncio-ts/contextvars";
import { describe, expect, expectTypeOf, test } from "vitest";

/** Calls a function in a context of its own, which has no values. */
const alone = <R>(fn: () => R): R => new Context().run(fn);

describe("a ContextVar", () => {
  test("has the value that was set, else the fallback, else the default", () =>
    alone(() => {
      const color = new ContextVar("color", { default: "red" });
      expect([color.get(), color.get("green"), color.get(undefined)]).toEqual(["red", "green", undefined]);
      color.set("blue");
      expect([color.get(), color.get("green")]).toEqual(["blue", "blue"]);
    }));

  test("without a value, a fallback and a default is a LookupError", () =>
    alone(() => {
      const user = new ContextVar<string>("user");
      expect(() => user.get()).toThrow(LookupError);
      expect(() => user.get()).toThrow(
        "<ContextVar 'user'> has no value here; set() it in this context, or write get(fallback)",
      );
    }));

  test("may be set to undefined, and have undefined as its default", () =>
    alone(() => {
      const user = new ContextVar<string | undefined>("user");
      user.set(undefined);
      expect([user.get(), user.get("fallback")]).toEqual([undefined, undefined]);
      expect(new ContextVar("other", { default: undefined }).get()).toBeUndefined();
    }));

  test("goes back to what it was before, in the order of its tokens", () =>
    alone(() => {
      const depth = new ContextVar<number>("depth");
      const first = depth.set(1);
      const second = depth.set(2);
      expect([first.oldValue, second.oldValue, second.var]).toEqual([Token.MISSING, 1, depth]);
      depth.reset(second);
      expect(depth.get()).toBe(1);
      depth.reset(first);
      expect([depth.get("none"), copyContext().has(depth)]).toEqual(["none", false]);
    }));

  test("refuses a token that was used, that is of another variable, or of another context", () =>
    alone(() => {
      const a = new ContextVar<number>("a");
      const b = new ContextVar<number>("b");
      const token = a.set(1);
      expect(() => b.reset(token)).toThrow(
        "reset() of <ContextVar 'b'> was given <Token of <ContextVar 'a'>>; call reset() of that variable",
      );
      expect(() => alone(() => a.reset(token))).toThrow(
        "was given a token of another context; call it in the task or callback that called set()",
      );
      a.reset(token);
      expect(() => a.reset(token)).toThrow("was given a token that was used before");
      expect(() => a.reset("token" as never)).toThrow(TypeError);
      expect(() => a.reset(null as never)).toThrow("needs the token that set() returned, got null");
    }));

  test("is set for a block with using", () =>
    alone(() => {
      const depth = new ContextVar("depth", { default: 0 });
      {
        using token = depth.set(1);
        expect([depth.get(), token.var]).toEqual([1, depth]);
      }
      expect(depth.get()).toBe(0);
      const token = depth.set(2);
      depth.reset(token);
      token[Symbol.dispose]();
      expect(depth.get()).toBe(0);
    }));

  test("needs a name that is a string, and options", () => {
    expect(() => new ContextVar(1 as never)).toThrow("new ContextVar() needs a name that is a string, got 1");
    expect(() => new ContextVar("a", null as never)).toThrow(TypeError);
    expect(() => new ContextVar("a", { transfer: 1 as never })).toThrow(TypeError);
  });

  test("and its tokens are shown as one line", () =>
    alone(() => {
      const user = new ContextVar("user", { default: { name: "nobody" } });
      expect(`${user}`).toBe("<ContextVar 'user', default an object of class Object>");
      const depth = new ContextVar<number>("depth");
      const token = depth.set(1);
      expect(`${depth} ${token}`).toBe("<ContextVar 'depth'> <Token of <ContextVar 'depth'>>");
      depth.reset(token);
      expect(`${token}`).toBe("<Token of <ContextVar 'depth'>, used>");
    }));

  test("is typed by its default, and its fallback adds to the type", () =>
    alone(() => {
      const depth = new ContextVar("depth", { default: 0 });
      expectTypeOf(depth.get()).toEqualTypeOf<number>();
      expectTypeOf(depth.get("none")).toEqualTypeOf<number | string>();
      expectTypeOf(depth.set(1)).toEqualTypeOf<Token<number>>();
      expectTypeOf(depth.set(1).oldValue).toEqualTypeOf<number | typeof Token.MISSING>();
      expectTypeOf(new Context().get(depth)).toEqualTypeOf<number | undefined>();
      // @ts-expect-error -- a value of another type
      depth.set("one");
    }));
});
