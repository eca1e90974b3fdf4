import { interval, iterate, map } from "@asyncio-ts/flow";
import { createTask, sleep } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf, nameOf, outcomeOf } from "@asyncio-ts/testkit";
import { describe, expect, test } from "vitest";

describe.each(bothKinds)("a flow in %s", ({ body, runProgram, startTask }) => {
  test("runs nothing before its first value is asked for", () =>
    runProgram(function* () {
      let begun = false;
      const flow = map([1], () => (begun = true), { limit: 1 });
      yield* awaited(sleep(10));
      expect(begun).toBe(false);
      yield* awaited(flow.return());
      expect(begun).toBe(false);
    }));

  test("says that it is over as often as it is asked", () =>
    runProgram(function* () {
      const flow = iterate([1]);
      yield* awaited(flow.next());
      for (let round = 0; round < 3; round++) {
        expect(yield* awaited(flow.next())).toEqual({ done: true, value: undefined });
      }
      expect(yield* awaited(flow.return())).toEqual({ done: true, value: undefined });
    }));

  test("each() waits for what its body returns", () =>
    runProgram(function* () {
      const log: string[] = [];
      yield* awaited(
        iterate([1, 2]).each(
          body(function* (n: number) {
            log.push(`begin ${n}`);
            yield* awaited(sleep(1));
            log.push(`end ${n}`);
          }),
        ),
      );
      expect(log).toEqual(["begin 1", "end 1", "begin 2", "end 2"]);
    }));

  test("several loops share its values", () =>
    runProgram(function* () {
      const seen: number[][] = [[], []];
      const flow = map([1, 2, 3, 4], (n) => sleep(1, n), { limit: 1 });
      const loops = seen.map((one) => startTask(() => awaited(flow.each((n) => one.push(n)))));
      for (const loop of loops) yield* awaited(loop);
      expect(seen.flat().sort()).toEqual([1, 2, 3, 4]);
    }));

  test("an error while it is closed after an error is reported", async () => {
    const { error, reports } = await outcomeOf(
      body(function* () {
        const source = (function* () {
          try {
            yield 1;
          } finally {
            // oxlint-disable-next-line no-unsafe-finally -- it fails while it is closed
            throw new Error("of closing");
          }
        })();
        const fails = () => {
          throw new Error("of the body");
        };
        yield* awaited(iterate(source).each(fails));
      }),
    );
    expect(nameOf(error)).toBe("Error: of the body");
    expect(reports.map(({ message, exception }) => `${message}: ${nameOf(exception)}`)).toEqual([
      "<iterate closed> was closed after an error, and there was another one: Error: of closing",
    ]);
  });

  test("a cancellation while it is closed after an error comes out, and the error is reported", async () => {
    const { result, reports } = await outcomeOf<string>(
      body(function* () {
        const source = (async function* () {
          try {
            yield 1;
          } finally {
            await sleep(10);
          }
        })();
        const fails = () => {
          throw new Error("of the body");
        };
        const task = createTask(iterate(source).each(fails));
        yield* awaited(sleep(5));
        task.cancel();
        return nameOf(yield* errorOf(task));
      }),
    );
    expect(result).toBe("cancelled");
    expect(reports.map(({ exception }) => nameOf(exception))).toEqual(["Error: of the body"]);
  });

  test("describes itself", () =>
    runProgram(function* () {
      const flow = interval(10);
      expect([String(flow), String(flow.next()), String(flow.each(() => {}))]).toEqual([
        "<interval open>",
        "<Coroutine interval.next>",
        "<Coroutine interval.each>",
      ]);
      yield* awaited(flow.return());
      expect(String(flow)).toBe("<interval closed>");
    }));
});
