import { call, callWith } from "@asyncio-ts/executor/worker";
import { afterEach, describe, expect, it } from "vitest";
import { shared } from "../src/shared.js";

interface Services {
  lookup(id: number, name: string): Promise<string>;
}

/** Has calls go to a pool, as in a worker, and returns what it gets. */
function inWorker(): unknown[] {
  const got: unknown[] = [];
  shared.call = async (...call) => {
    got.push(call);
    return "an answer";
  };
  return got;
}

afterEach(() => {
  shared.call = undefined;
});

describe("call()", () => {
  it("sends the name and the arguments, and gives the answer", async () => {
    const got = inWorker();
    expect(await call<Services>("lookup", 1, "one")).toBe("an answer");
    expect(await call<Services>()("lookup", 2, "two")).toBe("an answer");
    expect(got).toEqual([
      ["lookup", [1, "one"], undefined],
      ["lookup", [2, "two"], undefined],
    ]);
  });

  it("is an error outside of a worker, and without the name of a service", async () => {
    await expect(call<Services>("lookup", 1, "one")).rejects.toThrow(
      new Error("lookup() was called outside a worker; only a job of a pool can call its services"),
    );
    await expect(call<Services>()(5 as never, ...([] as unknown as [number, string]))).rejects.toThrow(
      new TypeError('call() needs the name of a service, got 5; write call("lookup", id)'),
    );
  });
});

describe("callWith()", () => {
  it("sends its signal along, each time", async () => {
    const got = inWorker();
    const { signal } = new AbortController();
    expect(await callWith<Services>({ signal }, "lookup", 1, "one")).toBe("an answer");
    expect(await callWith<Services>({ signal })("lookup", 2, "two")).toBe("an answer");
    expect(await callWith<Services>({}, "lookup", 3, "three")).toBe("an answer");
    expect(got).toEqual([
      ["lookup", [1, "one"], signal],
      ["lookup", [2, "two"], signal],
      ["lookup", [3, "three"], undefined],
    ]);
  });

  it("needs options that are an object, and a signal that is one", async () => {
    const got = inWorker();
    await expect(callWith<Services>(5 as never, "lookup", 1, "one")).rejects.toThrow(/^callWith\(\)/);
    await expect(callWith<Services>({ signal: "now" as never }, "lookup", 1, "one")).rejects.toThrow(
      new TypeError('callWith() needs a signal that is an AbortSignal, got "now"'),
    );
    expect(got).toEqual([]);
  });
});
