import { describe, expect, it } from "vitest";
import { findUnclonable, processCloneCheck, refuseShared, threadCloneCheck } from "../src/clone.js";
import { refusalOf } from "./support/pools.js";

describe("findUnclonable", () => {
  const find = (value: unknown, moved?: object[]) => findUnclonable(value, threadCloneCheck, moved);
  const fn = (): void => {};

  it.each([
    [fn, "it is a function"],
    [Symbol("s"), "it is a symbol"],
    [{ a: { b: fn } }, "a.b is a function"],
    [[1, [fn]], "[1][0] is a function"],
    [{ "two words": fn }, '["two words"] is a function'],
    [new Map([["key", fn]]), "values() is a function"],
    [new Map([[fn, 1]]), "keys() is a function"],
    [{ set: new Set([fn]) }, "set.values() is a function"],
    [new WeakMap(), `it can't be cloned: ${refusalOf(new WeakMap())}`],
    [{ later: Promise.resolve() }, `later can't be cloned: ${refusalOf(Promise.resolve())}`],
    [Object.assign(new Error("e"), { fn }), "fn is a function"],
  ])("finds what is wrong with %o", (value, found) => {
    expect(find(value)).toBe(found);
  });

  it("passes by a view of memory that is moved", () => {
    const { buffer } = new Uint8Array(8);
    expect(find([new Uint8Array(buffer), fn], [buffer])).toBe("[1] is a function");
  });

  it("names the kind of what a getter throws that is no error", () => {
    const broken = {
      get part(): never {
        throw "a text"; // oxlint-disable-line no-throw-literal -- what is tested
      },
    };
    expect(find(broken)).toBe("part can't be read: string");
  });

  it("finds what can't be read, and names what is too deep to look into", () => {
    const broken = {
      get part(): never {
        throw new Error("no access");
      },
    };
    expect(find({ list: [broken] })).toBe("list[0].part can't be read: Error: no access");
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(find({ proxy })).toMatch(/^it can't be read: TypeError: /);
    let deep: unknown = fn;
    for (let i = 0; i < 100_000; i++) deep = { deep };
    expect(find(deep)).toMatch(/^(deep\.){99}deep can't be cloned: /);
  });

  it("finds nothing wrong with data, also if it refers to itself", () => {
    const value: Record<string, unknown> = {
      bytes: new Uint8Array(1),
      date: new Date(),
      text: "",
      none: null,
    };
    value["self"] = value;
    expect(find(value)).toBe(undefined);
  });

  it("finds memory that was moved before", () => {
    const bytes = new Uint8Array(8);
    structuredClone(bytes, { transfer: [bytes.buffer] });
    expect(find({ bytes })).toBe(`bytes can't be cloned: ${refusalOf(bytes)}`);
  });

  it("takes no offence at what is moved", () => {
    const { port1, port2 } = new MessageChannel();
    expect(find({ port: port1 }, [port1])).toBe(undefined);
    expect(find([{ port: port1, fn }], [port1])).toBe("[0].fn is a function");
    // Deno's ports have methods that a clone finds.
    expect(find({ port: port2 })).toMatch(/^port(?: can't be cloned: |\.\w+ is a function$)/);
    port1.close();
  });

  it("knows what only threads share", () => {
    const shared = { cells: new SharedArrayBuffer(8) };
    expect(findUnclonable(shared, threadCloneCheck)).toBe(undefined);
    expect(findUnclonable(shared, processCloneCheck)).toBe(
      "cells can't be cloned: #<SharedArrayBuffer> could not be cloned",
    );
  });
});

describe("refuseShared", () => {
  const shared = new SharedArrayBuffer(8);
  const circle: Record<string, unknown> = { shared: undefined };
  circle["self"] = circle;

  it.each([
    ["shared memory", shared],
    ["a view of it", new Uint8Array(shared)],
    ["a property", { part: { shared } }],
    ["an array", [1, [shared]]],
    ["a key of a map", new Map([[shared, 1]])],
    ["a value of a map", new Map([["key", shared]])],
    ["a set", new Set([shared])],
    ["an object that holds itself", { ...circle, shared }],
  ])("finds shared memory: %s", (_, value) => {
    expect(() => refuseShared(value)).toThrow("#<SharedArrayBuffer> could not be cloned.");
  });

  it.each([1, null, undefined, "text", circle, new Map([[{}, [null]]]), new Set([1]), new Uint8Array(8)])(
    "lets everything else pass: %o",
    (value) => {
      expect(() => refuseShared(value)).not.toThrow();
    },
  );
});
