import { interval } from "@asyncio-ts/flow";
import { getRunningLoop } from "@asyncio-ts/loop";
import { createTask, sleep } from "@asyncio-ts/task";
import { awaited, bothKinds, cancelBeforeEachTurn, errorOf, nameOf } from "@asyncio-ts/testkit";
import { describe, expect, test } from "vitest";

describe.each(bothKinds)("interval() in %s", ({ body, logOf, runProgram }) => {
  test("beats every so many milliseconds from when it is first asked", async () => {
    const log = await logOf(function* (log) {
      const beats = interval(10);
      yield* awaited(sleep(5));
      for (let round = 0; round < 3; round++) {
        const { value } = yield* awaited(beats.next());
        log.push(`${value} at ${getRunningLoop().time()}`);
        yield* awaited(sleep(round));
      }
    });
    expect(log).toEqual(["1 at 15", "2 at 25", "3 at 35"]);
  });

  test("skips the beats that it misses, and stays on its grid", async () => {
    const log = await logOf(function* (log) {
      const beats = interval(10);
      for (const pause of [0, 25, 10, 0]) {
        yield* awaited(sleep(pause));
        const { value } = yield* awaited(beats.next());
        log.push(`${value} at ${getRunningLoop().time()}`);
      }
    });
    // The third is asked for just as it is due.
    expect(log).toEqual(["1 at 10", "4 at 40", "5 at 50", "6 at 60"]);
  });

  test("gives a beat that is due just now, also if the period is no whole number", () =>
    runProgram(function* () {
      const period = 1000 / 60;
      const beats = interval(period);
      const numbers: unknown[] = [];
      while (numbers.length < 15) {
        numbers.push((yield* awaited(beats.next())).value);
        yield* awaited(sleep(2 * period));
      }
      expect(numbers).toEqual(Array.from({ length: 15 }, (_, i) => 2 * i + 1));
    }));

  test("lets others run even if the next beat is due at once", () =>
    runProgram(function* () {
      const beats = interval(10);
      yield* awaited(beats.next());
      yield* awaited(sleep(10));
      const other = createTask(() => {});
      yield* awaited(beats.next());
      expect(other.done()).toBe(true);
    }));

  test("each() loops over it until it is cancelled", async () => {
    const log = await logOf(function* (log) {
      const task = createTask(
        interval(10).each(
          body(function* (beat: number) {
            log.push(`${beat}`);
            yield* awaited(sleep(1));
          }),
        ),
      );
      yield* awaited(sleep(35));
      task.cancel();
      log.push(nameOf(yield* errorOf(task)));
      log.push(`at ${getRunningLoop().time()}`);
    });
    expect(log).toEqual(["1", "2", "3", "cancelled", "at 35"]);
  });

  test("ends when it is cancelled before any of its turns", async () => {
    const { endings, outcomes } = await cancelBeforeEachTurn(() =>
      body(function* () {
        const beats = interval(10);
        yield* awaited(beats.next());
        yield* awaited(beats.next());
        yield* awaited(beats.return());
        expect((yield* awaited(beats.next())).done).toBe(true);
        return "ended";
      }),
    );
    expect(new Set(endings)).toEqual(new Set(["cancelled", "ended"]));
    expect(outcomes.every(({ left, reports }) => left === 0 && reports.length === 0)).toBe(true);
  });
});
