import { type Body, coroutine } from "@asyncio-ts/coroutine";
import { isSteps, takeBody } from "@asyncio-ts/coroutine/internal";
import { assertBody, runBody } from "@asyncio-ts/coroutine/lowlevel";
import { Future, type Steps } from "@asyncio-ts/future";
import { describe as describeValue, isPromiseLike } from "@asyncio-ts/future/lowlevel";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";

function* steps(): Steps<string> {
  return "result";
}

describe("the forms of a body", () => {
  test.each<[string, () => Body<string>]>([
    ["a coroutine object", () => coroutine(async () => "result")()],
    ["a coroutine object of a generator function", () => coroutine(steps)()],
    ["a generator object", () => steps()],
    ["a generator function", () => steps],
    ["an async function", () => async () => "result"],
    ["a coroutine function", () => coroutine(async () => "result")],
    ["a function that returns a promise", () => () => Promise.resolve("result")],
    ["a function that returns a generator", () => () => steps()],
    ["a function that returns a coroutine", () => () => coroutine(steps)()],
    ["a function that returns a value", () => () => "result"],
    [
      "a function that returns a future",
      () => () => {
        const future = new Future<string>();
        future.setResult("result");
        return future;
      },
    ],
  ])("%s runs.", async (_, body) => {
    assertBody(body(), "f()");
    const program = coroutine(function* () {
      return yield* runBody(body());
    });
    expect(await program()).toBe("result");
  });

  test("arguments are handed to a function", async () => {
    const program = coroutine(function* () {
      return yield* runBody(async (a: number, b: number) => a + b, 1, 2);
    });
    expect(await program()).toBe(3);
  });

  const needed = "f() needs a coroutine object, a generator object or a function that returns a promise, got";
  test.each<[string, unknown, string]>([
    [
      "a running promise",
      Promise.resolve(),
      "a promise, which is running already and could not be cancelled; " +
        "write `() => f()` instead of `f()`, or make f a coroutine function with `coroutine(f)`",
    ],
    ["a future", new Future(), "<Future pending>; await it, or write `ensureFuture(it)`"],
    ["a number", 5, "5"],
    ["nothing", undefined, "undefined"],
    ["null", null, "null"],
    ["a string", "body", '"body"'],
    ["an array", [], "an object of class Array"],
    ["a bare object", Object.create(null), "an object of class Object"],
  ])("%s is none, and the error says what to write.", (_, body, rest) => {
    const error = new TypeError(`${needed} ${rest}`);
    expect(() => assertBody(body, "f()")).toThrow(error);
    expect(() => assertBody(body, () => "f()")).toThrow(error);
    expect(() => takeBody(body as never, "f()")).toThrow(error);
  });

  test("takeBody() returns functions and generators as they are, and takes coroutine objects apart", () => {
    const [generator, call] = [steps(), coroutine(steps)()];
    const foreign = runInNewContext("(function* () {})()") as Steps<string>;
    expect(takeBody(steps, "f()")).toBe(steps);
    expect(takeBody(generator, "f()")).toBe(generator);
    expect(takeBody(foreign, "f()")).toBe(foreign);
    expect(takeBody(call, "f()")).not.toBe(call);
    expect(() => takeBody(call, "f()")).toThrow("<Coroutine steps> was awaited, or made a task, before");
  });

  test("runBody() names itself a body in the error", async () => {
    const program = coroutine(function* () {
      return yield* runBody(5 as never);
    });
    await expect(program()).rejects.toThrow(/^a body needs a coroutine object/);
  });
});

describe("isSteps and isPromiseLike", () => {
  test("a generator object is steps; an array iterator, a promise or a future is not", () => {
    expect(isSteps(steps())).toBe(true);
    for (const other of [[].values(), Promise.resolve(), new Future(), null, undefined, 5]) {
      expect(isSteps(other)).toBe(false);
    }
  });

  test("anything with a then is promise-like, a function too", () => {
    const withThen = (value: object, then: unknown): object =>
      // oxlint-disable-next-line unicorn/no-thenable -- what is tested
      Object.defineProperty(value, "then", { value: then });
    const awaitables = [
      withThen(
        () => {},
        () => {},
      ),
      Promise.resolve(),
      new Future(),
      withThen({}, () => {}),
    ];
    expect(awaitables.map(isPromiseLike)).toEqual([true, true, true, true]);
    const others = [null, undefined, {}, withThen({}, 5), "then"];
    expect(others.map(isPromiseLike)).toEqual([false, false, false, false, false]);
  });
});

describe("describe()", () => {
  test("it says what a value is", () => {
    const values = ["text", 5, null, undefined, () => {}, new Map(), [], true];
    expect(values.map(describeValue)).toEqual([
      '"text"',
      "5",
      "null",
      "undefined",
      "a function",
      "an object of class Map",
      "an object of class Array",
      "true",
    ]);
  });
});
