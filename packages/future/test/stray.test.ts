import { Future } from "@asyncio-ts/future";
import { astray } from "@asyncio-ts/future/internal";
import { collectGarbage } from "@asyncio-ts/testkit/collect-garbage";
import { needing } from "@asyncio-ts/testkit/needing";
import { describe, expect, test } from "vitest";
import { allStrays } from "../src/stray.js";

const strays = allStrays();

/** The lines of this file in the stack of an error. */
function linesOf(error: Error): string[] {
  return (error.stack ?? "").split("\n").filter((line) => line.includes("stray.test.ts"));
}

/** Makes an error in a function whose line shows. */
function makesStray(): Error {
  return astray(new Error("lost"));
}

describe("an error that is astray", () => {
  test("gets the stack of the caller of a function, once", () => {
    const error = makesStray();
    function settles(): void {
      strays.settleHere(error, settles);
    }
    function caller(): void {
      settles();
    }
    expect(linesOf(error)[0]).toContain("makesStray");
    caller();
    expect(linesOf(error)[0]).toContain("caller");
    expect(strays.has(error)).toBe(false);
    function later(): void {
      settles();
    }
    later();
    expect(linesOf(error)[0]).toContain("caller");
  });

  test("gets the stack of an await", needing("stacks that go through `await`"), async () => {
    const error = makesStray();
    // As the engine calls it: with two functions that it made.
    const thenable = {
      // oxlint-disable-next-line unicorn/no-thenable -- it stands for an awaitable of the library
      then(resolve: () => void, reject: (error: unknown) => void): void {
        strays.settleAtAwait(error, resolve, reject, () => reject(error));
      },
    };
    async function awaits(): Promise<void> {
      await thenable;
    }
    async function outer(): Promise<void> {
      await awaits();
    }
    await expect(outer()).rejects.toBe(error);
    expect(linesOf(error).slice(0, 2)).toEqual([
      expect.stringContaining("awaits"),
      expect.stringContaining("outer"),
    ]);
  });

  test("is not one any more when another is", () => {
    const first = makesStray();
    const second = makesStray();
    expect([strays.has(first), strays.has(second)]).toEqual([false, true]);
  });

  test("gets the stack of a generator that it is thrown into, and not of one that finds it in a future", () => {
    const future = new Future<void>();
    function* awaits(): Generator<unknown, void> {
      yield* future;
    }
    const error = makesStray();
    const waiting = awaits();
    waiting.next();
    future.setException(error);
    expect(() => awaits().next()).toThrow(error);
    expect(strays.has(error)).toBe(true);
    expect(() => waiting.throw(error)).toThrow(error);
    expect([strays.has(error), linesOf(error)[0]]).toEqual([false, expect.stringContaining("awaits")]);
  });

  test("and no other value is one, once it has its stack", () => {
    const error = makesStray();
    (function settles() {
      strays.settleHere(error, settles);
    })();
    expect([strays.has(error), strays.has(undefined)]).toEqual([false, false]);
  });

  test("is not held", async () => {
    const held = new WeakRef(makesStray());
    for (let i = 0; i < 20 && held.deref() !== undefined; i++) await collectGarbage();
    expect(held.deref()).toBeUndefined();
  });

  test.each([undefined, null, "text", new Error("other")])("is none: %s", async (other) => {
    makesStray();
    expect(strays.has(other)).toBe(false);
  });
});
