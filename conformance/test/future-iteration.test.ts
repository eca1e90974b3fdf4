import { Future } from "@asyncio-ts/future";
import { describe, expect, it } from "vitest";

describe("a Future", () => {
  it("refuses to be iterated on while it is pending: only a coroutine's yield* waits for it", () => {
    const future = new Future<number>();
    const steps = future[Symbol.iterator]();
    steps.next();
    // `const [a, b] = future` or `for (const x of future)` come to this; now they run until memory is full.
    expect(() => steps.next()).toThrow("yield*");
    expect(() => {
      const [one, two] = future;
      return [one, two];
    }).toThrow("yield*");
    expect(future.done()).toBe(false);
  });
});
