import { EventEmitter } from "node:events";
import { Broadcast, iterate, map, merge } from "@asyncio-ts/flow";
import { getRunningLoop } from "@asyncio-ts/loop";
import { Queue } from "@asyncio-ts/sync";
import { createTask, gather, sleep, timeout } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf, nameOf, outcomeOf, type Program } from "@asyncio-ts/testkit";
import { coroutine } from "@asyncio-ts/coroutine";
import { describe, expect, test } from "vitest";
import { Source } from "../src/source.js";

const pull = <T>(source: Source<T>) => coroutine(() => source.pull())();
const close = (source: Source<unknown>) => coroutine(() => source.close())();

describe.each(bothKinds)("a Source, in %s,", ({ body, logOf, runProgram }) => {
  test("takes the values of an iterable without waiting", () =>
    runProgram(function* () {
      const source = new Source<number>([1, 2], "test");
      expect([source.isSync, source.take().value]).toEqual([true, 1]);
      expect((yield* awaited(pull(source))).value).toBe(2);
      expect([source.take().done, source.over]).toEqual([true, true]);
    }));

  test("does not close what has ended, failed, or was never begun", async () => {
    const log = await logOf(function* (log) {
      const make = (next: () => Promise<IteratorResult<number>>) =>
        new Source<number>(
          { [Symbol.asyncIterator]: () => ({ next, return: () => log.push("closed") }) },
          "test",
        );
      const ended = make(async () => ({ done: true, value: undefined }));
      yield* awaited(pull(ended));
      const failed = make(() => Promise.reject(new Error("failed")));
      yield* errorOf(pull(failed));
      for (const source of [ended, failed, make(() => new Promise(() => {}))]) yield* awaited(close(source));
      log.push("end");
    });
    expect(log).toEqual(["end"]);
  });

  test("closes a flow that was never begun, which may listen by then", () =>
    runProgram(function* () {
      const news = new Broadcast<number>();
      const emitter = new EventEmitter();
      yield* awaited(map(news.subscribe(), (item) => item, { limit: 1 }).return());
      yield* awaited(merge([iterate(emitter, "event")]).return());
      const both = merge([news.subscribe(), iterate(emitter, "event")]);
      // In one turn: the tasks that read have not begun.
      const [step] = yield* awaited(gather([both.next(), both.return()]));
      expect(step.done).toBe(true);
      expect([String(news), emitter.listenerCount("event")]).toEqual(["<Broadcast 0 subscribers>", 0]);
    }));

  test("gives an async generator that cleans up the time that it needs, in the task that pulls", async () => {
    const log = await logOf(function* (log) {
      const slow = (async function* () {
        try {
          await sleep(60_000);
          yield 1;
        } finally {
          for (let round = 0; round < 5; round++) await sleep(90);
          log.push("clean");
        }
      })();
      const error = yield* errorOf(timeout(10).with(() => pull(new Source(slow, "test"))));
      log.push(`${(error as Error).name} at ${getRunningLoop().time()}`);
    });
    expect(log).toEqual(["clean", "TimeoutError at 460"]);
  });

  test("leaves a promise that does not settle, closes the source, and does not wait for that", async () => {
    const log = await logOf(function* (log) {
      const never = {
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise(() => {}),
          return: () => {
            log.push("closed");
            return new Promise(() => {});
          },
        }),
      };
      const source = new Source(never, "test");
      yield* errorOf(timeout(10).with(() => pull(source)));
      yield* awaited(close(source));
      log.push(`at ${getRunningLoop().time()}`);
    });
    expect(log).toEqual(["closed", "at 110"]);
  });

  test("reports the error of closing it if nobody waits for that", async () => {
    const { reports } = await outcomeOf(
      body(function* (): Program<void> {
        const fails = {
          [Symbol.asyncIterator]: () => ({
            next: () => new Promise(() => {}),
            return: () => Promise.reject(new Error("of closing")),
          }),
        };
        const source = new Source(fails, "test");
        yield* errorOf(timeout(10).with(() => pull(source)));
        yield* awaited(close(source));
        yield* awaited(sleep(1));
      }),
    );
    expect(reports.map(({ exception }) => nameOf(exception))).toEqual(["Error: of closing"]);
  });

  test("a cancelled pull of a queue takes no item", () =>
    runProgram(function* () {
      const queue = new Queue<number>();
      const source = new Source<number>(queue, "test");
      const task = createTask(pull(source));
      yield* awaited(sleep(1));
      task.cancel();
      queue.putNowait(1);
      yield* errorOf(task);
      expect([queue.qsize(), source.over]).toEqual([1, false]);
    }));
});
