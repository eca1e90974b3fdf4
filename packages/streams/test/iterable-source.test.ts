import { StreamReader } from "@asyncio-ts/streams";
import { run, sleep } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf } from "@asyncio-ts/testkit";
import { describe, expect, it } from "vitest";

/** An iterable whose chunk or error comes when a test says so. As a generator, it can't be closed meanwhile. */
class Told implements AsyncIterable<string> {
  readonly log: string[] = [];
  give!: (chunk: string) => void;
  fail!: (error: Error) => void;

  [Symbol.asyncIterator](): AsyncIterator<string> {
    return {
      next: () => {
        this.log.push("next");
        return new Promise((resolve, reject) => {
          this.give = (value) => resolve({ done: false, value });
          this.fail = reject;
        });
      },
      return: () => {
        this.log.push("return");
        return new Promise(() => {});
      },
    };
  }
}

describe.each(bothKinds)("an iterable that is read, in %s,", ({ body, startTask }) => {
  it.each(["a chunk", "an error"])("may still bring %s after its reader was closed", (what) =>
    run(
      body(function* () {
        const source = new Told();
        const reader = StreamReader.from(source);
        const task = startTask(() => awaited(reader.read()));
        while (source.log.length === 0) yield* awaited(sleep(0));
        yield* awaited(reader[Symbol.asyncDispose]());
        expect((yield* awaited(task)).length).toBe(0);
        if (what === "a chunk") source.give("late");
        else source.fail(new Error("late"));
        // Until all reactions of promises have run.
        yield* awaited(new Promise((resolve) => setImmediate(resolve)));
        expect([String(reader), reader.exception()]).toEqual(["<StreamReader 0 bytes, ended>", undefined]);
        expect(source.log).toEqual(["next", "return"]);
      }),
    ),
  );

  it("is not closed once it has ended", () =>
    run(
      body(function* () {
        const log: string[] = [];
        const items = ["a"][Symbol.iterator]();
        const source = {
          [Symbol.iterator]: () => ({ next: () => items.next(), return: () => log.push("return") }),
        };
        const reader = StreamReader.from(source as never);
        expect((yield* awaited(reader.read())).length).toBe(1);
        yield* awaited(reader[Symbol.asyncDispose]());
        expect(log).toEqual([]);
      }),
    ));

  it("wakes a read that waits if it throws before it waits for anything", () =>
    run(
      body(function* () {
        const chunks = ["a"];
        const reader = StreamReader.from({
          [Symbol.iterator]: () => ({
            next: () => {
              const value = chunks.shift();
              if (value === undefined) throw new Error("no more");
              return { done: false, value };
            },
          }),
        });
        expect((yield* awaited(reader.read(1))).length).toBe(1);
        expect(String(yield* errorOf(reader.read(1)))).toBe("Error: no more");
      }),
    ));

  it.each(["throws", "rejects"])("has ended for its reader if its return() %s", (how) =>
    run(
      body(function* () {
        const failure = new Error("not closed");
        const reader = StreamReader.from({
          [Symbol.asyncIterator]: () => ({
            next: async () => ({ done: false, value: "a" }),
            return: () => {
              if (how === "throws") throw failure;
              return Promise.reject(failure);
            },
          }),
        });
        expect((yield* awaited(reader.read(1))).length).toBe(1);
        expect(yield* errorOf(reader[Symbol.asyncDispose]())).toBe(failure);
        expect((yield* awaited(reader.read(1))).length).toBe(0);
      }),
    ),
  );
});
