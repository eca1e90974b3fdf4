import { EventEmitter } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { ReadableStream } from "node:stream/web";
import { type Flow, iterate } from "@asyncio-ts/flow";
import { getRunningLoop } from "@asyncio-ts/loop";
import { allTasks, createTask, sleep, timeout, TimeoutError } from "@asyncio-ts/task";
import { awaited, bothKinds, cancelBeforeEachTurn, errorOf, nameOf, runVirtual } from "@asyncio-ts/testkit";
import { describe, expect, expectTypeOf, test } from "vitest";
import { closing, collect } from "./scenarios.js";

/** A web stream that sends these chunks, and then waits. It logs that it is cancelled. */
function webStream(chunks: readonly string[], log: string[], end = false): ReadableStream<string> {
  const left = [...chunks];
  return new ReadableStream<string>({
    pull(controller) {
      const chunk = left.shift();
      if (chunk !== undefined) controller.enqueue(chunk);
      else if (end) controller.close();
      else return new Promise(() => {});
      return undefined;
    },
    cancel() {
      log.push("cancelled");
    },
  });
}

describe.each(bothKinds)("iterate() in %s", ({ body, logOf, runProgram, startTask }) => {
  test("yields what an iterable or an async iterable has", () =>
    runProgram(function* () {
      expect(yield* collect(iterate([1, 2]))).toEqual([1, 2]);
      expect(yield* collect(iterate(new Map([["a", 1]])))).toEqual([["a", 1]]);
      const late = async function* () {
        yield "a";
        await sleep(10);
        yield "b";
      };
      expect(yield* collect(iterate(late()))).toEqual(["a", "b"]);
    }));

  test("throws the error of an async iterable, and does not close it again", async () => {
    let closed = 0;
    const fails = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.reject(new Error("of the source")),
        return: () => {
          closed++;
          return Promise.resolve({ done: true as const, value: undefined });
        },
      }),
    };
    await runProgram(function* () {
      expect(nameOf(yield* errorOf(iterate(fails).next()))).toBe("Error: of the source");
    });
    expect(closed).toBe(0);
  });

  test("calls return() when it is left, and throws the error of that", () =>
    runProgram(function* () {
      const fails = (function* () {
        try {
          yield 1;
        } finally {
          // oxlint-disable-next-line no-unsafe-finally -- it fails while it is closed
          throw new Error("of closing");
        }
      })();
      const flow = iterate(fails);
      yield* awaited(flow.next());
      expect(nameOf(yield* errorOf(flow.return()))).toBe("Error: of closing");
      expect((yield* awaited(flow.next())).done).toBe(true);
    }));

  test("a cancellation reaches what an async generator waits for, and waits for its cleaning up", async () => {
    const log = await logOf(function* (log) {
      const slow = (async function* () {
        try {
          await sleep(60_000);
          yield 1;
        } finally {
          await sleep(500); // more than the time that a source has which waits for a foreign promise
          log.push("cleaned up");
        }
      })();
      const error = yield* errorOf(timeout(10).with(() => iterate(slow).next()));
      log.push(`${error instanceof TimeoutError} at ${getRunningLoop().time()}`);
    });
    expect(log).toEqual(["cleaned up", "true at 510"]);
  });

  test("a wait for a promise that never settles can be cancelled", () =>
    runProgram(function* () {
      const never = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
      expect(yield* errorOf(timeout(10).with(() => iterate(never).next()))).toBeInstanceOf(TimeoutError);
      expect(getRunningLoop().time()).toBeLessThan(1000);
    }));

  test("keeps a value that arrives although the wait was cancelled", async () => {
    const log = await logOf(function* (log) {
      let give!: (step: IteratorResult<string>) => void;
      const source = {
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise<IteratorResult<string>>((resolve) => (give = resolve)),
        }),
      };
      const task = createTask(
        body(function* () {
          log.push(String((yield* awaited(iterate(source).next())).value));
          yield* awaited(sleep(1));
        }),
      );
      yield* awaited(sleep(1));
      task.cancel();
      yield* awaited(sleep(1));
      give({ done: false, value: "arrived" });
      log.push(nameOf(yield* errorOf(task)));
    });
    expect(log).toEqual(["arrived", "cancelled"]);
  });

  test("yields the chunks of a stream of Node, and destroys it when it is left", () =>
    runProgram(function* () {
      expect(yield* collect(iterate<string>(Readable.from(["a", "b"])))).toEqual(["a", "b"]);
      const stream = Readable.from(["a", "b"]);
      const flow = iterate<string>(stream);
      expect((yield* awaited(flow.next())).value).toBe("a");
      yield* awaited(flow.return());
      expect(stream.destroyed).toBe(true);
    }));

  test("destroys a stream of Node whose wait for data is cancelled", () =>
    runProgram(function* () {
      const stream = new PassThrough();
      const task = createTask(iterate(stream).next());
      yield* awaited(sleep(10));
      task.cancel();
      expect(nameOf(yield* errorOf(task))).toBe("cancelled");
      expect(stream.destroyed).toBe(true);
      expect(getRunningLoop().time()).toBe(10);
    }));

  test("throws the error of a stream of Node", () =>
    runProgram(function* () {
      const stream = new PassThrough();
      const task = createTask(iterate(stream).next());
      yield* awaited(sleep(10));
      stream.destroy(new Error("of the stream"));
      expect(nameOf(yield* errorOf(task))).toBe("Error: of the stream");
    }));

  test("yields the chunks of a web stream, and cancels it when it is left", async () => {
    const log = await logOf(function* (log) {
      expect(yield* collect(iterate(webStream(["a", "b"], log, true)))).toEqual(["a", "b"]);
      const stream = webStream(["a"], log);
      const flow = iterate(stream);
      log.push(String((yield* awaited(flow.next())).value));
      yield* awaited(flow.return());
      log.push(`locked: ${stream.locked}`);
    });
    expect(log).toEqual(["a", "cancelled", "locked: false"]);
  });

  test.each(["ends", "fails"])("gives a web stream free once it %s", (how) =>
    runProgram(function* () {
      const stream = new ReadableStream<string>({
        start(controller) {
          if (how === "ends") controller.close();
          else controller.error(new Error("failed"));
        },
      });
      const flow = iterate(stream);
      if (how === "ends") expect((yield* awaited(flow.next())).done).toBe(true);
      else expect(String(yield* errorOf(flow.next()))).toBe("Error: failed");
      expect(stream.locked).toBe(false);
    }),
  );

  test("cancels a web stream whose wait for data is cancelled", async () => {
    const log = await logOf(function* (log) {
      const error = yield* errorOf(timeout(10).with(() => iterate(webStream([], log)).next()));
      log.push(`${error instanceof TimeoutError} at ${getRunningLoop().time()}`);
    });
    expect(log).toEqual(["cancelled", "true at 10"]);
  });

  test("yields what an emitter emits, as arrays, from the call on", async () => {
    const log = await logOf(function* (log) {
      const emitter = new EventEmitter();
      const flow = iterate(emitter, "event");
      emitter.emit("event", 1, "a");
      emitter.emit("event");
      getRunningLoop().callLater(10, () => emitter.emit("event", 2));
      for (let round = 0; round < 3; round++) log.push(JSON.stringify((yield* awaited(flow.next())).value));
      yield* awaited(flow.return());
      log.push(`listeners: ${emitter.listenerCount("event")} ${emitter.listenerCount("error")}`);
    });
    expect(log).toEqual(['[1,"a"]', "[]", "[2]", "listeners: 0 0"]);
  });

  test("ends the code that waits for an event if another task leaves it", () =>
    runProgram(function* () {
      const events = iterate(new EventEmitter(), "event");
      const task = startTask(() => collect(events));
      yield* awaited(sleep(1));
      yield* awaited(events.return());
      expect(yield* awaited(task)).toEqual([]);
    }));

  test("waits for its source if another task leaves it while the next value is on its way", async () => {
    const log = await logOf(function* (log) {
      const flow = iterate(
        (async function* () {
          try {
            for (;;) {
              await sleep(10);
              yield "value";
            }
          } finally {
            await sleep(50);
            log.push("the source is closed");
          }
        })(),
      );
      const task = startTask(() => collect(flow));
      yield* awaited(sleep(15));
      yield* awaited(flow.return());
      log.push("left");
      log.push(`${(yield* awaited(task)).length} values`);
    });
    expect(log).toEqual(["the source is closed", "left", "2 values"]);
  });

  test("throws what an emitter emits as an error, after the events before it", async () => {
    const log = await logOf(function* (log) {
      const emitter = new EventEmitter();
      const flow = iterate(emitter, "event");
      emitter.emit("event", 1);
      emitter.emit("error", new Error("of the emitter"));
      log.push(JSON.stringify((yield* awaited(flow.next())).value));
      log.push(nameOf(yield* errorOf(flow.next())));
      log.push(`listeners: ${emitter.listenerCount("event")} ${emitter.listenerCount("error")}`);
    });
    expect(log).toEqual(["[1]", "Error: of the emitter", "listeners: 0 0"]);
  });

  test("an error ends a wait for an event", () =>
    runProgram(function* () {
      const emitter = new EventEmitter();
      getRunningLoop().callLater(10, () => emitter.emit("error", new Error("of the emitter")));
      expect(nameOf(yield* errorOf(iterate(emitter, "event").next()))).toBe("Error: of the emitter");
    }));

  test("can iterate the error events of an emitter", () =>
    runProgram(function* () {
      const emitter = new EventEmitter();
      const flow = iterate(emitter, "error");
      emitter.emit("error", "an error");
      expect((yield* awaited(flow.next())).value).toEqual(["an error"]);
      yield* awaited(flow.return());
    }));

  test("yields the events of an event target, and throws its error", async () => {
    const log = await logOf(function* (log) {
      const target = new EventTarget();
      const flow = iterate(target, "message");
      target.dispatchEvent(new Event("message"));
      target.dispatchEvent(Object.assign(new Event("error"), { error: new Error("of the target") }));
      log.push(((yield* awaited(flow.next())).value as Event).type);
      log.push(nameOf(yield* errorOf(flow.next())));
      const other = iterate(target, "message");
      const event = new Event("error");
      target.dispatchEvent(event);
      expect(yield* errorOf(other.next())).toBe(event);
    });
    expect(log).toEqual(["message", "Error: of the target"]);
  });

  test("leaves no listener, wherever it is cancelled", async () => {
    let emitter: EventEmitter;
    const { outcomes } = await cancelBeforeEachTurn(
      () => {
        emitter = new EventEmitter();
        return body(function* () {
          const flow = iterate(emitter, "event");
          yield* awaited(sleep(0));
          getRunningLoop().callLater(1, () => emitter.emit("event"));
          try {
            yield* awaited(flow.next());
            yield* awaited(sleep(0));
          } finally {
            yield* awaited(flow.return());
          }
          return "ended";
        });
      },
      (turn) => {
        // Cancelled before it has begun to iterate: then nobody closes it.
        if (turn > 1) expect(emitter.eventNames()).toEqual([]);
      },
    );
    expect(outcomes.every(({ left, reports }) => left === 0 && reports.length === 0)).toBe(true);
  });

  test("closes its source, wherever it is cancelled", async () => {
    let log: string[] = [];
    let begun = false;
    const { outcomes } = await cancelBeforeEachTurn(
      () => {
        log = [];
        begun = false;
        const source = async function* () {
          begun = true;
          yield* closing(log, "source");
        };
        return body(function* () {
          yield* awaited(
            iterate(source()).each((n) => (n === 3 ? Promise.reject(new Error("enough")) : sleep(1))),
          );
          return "ended";
        });
      },
      () => {
        expect(log).toEqual(begun ? ["source is closed"] : []);
        expect(allTasks().size).toBe(0);
      },
    );
    // The error of the loop's body is reported if a cancellation comes while the flow is being closed for it.
    const reports = outcomes.flatMap(({ reports }) => reports.map(({ exception }) => nameOf(exception)));
    expect(new Set(reports)).toEqual(new Set(["Error: enough"]));
    expect(outcomes.every(({ left }) => left === 0)).toBe(true);
  });
});

test("break destroys a stream", async () => {
  await runVirtual(async () => {
    const stream = Readable.from(["a", "b"]);
    for await (const chunk of iterate<string>(stream)) {
      expect(chunk).toBe("a");
      break;
    }
    expect(stream.destroyed).toBe(true);
  });
});

test("the values of iterate() have the type of the source's", () => {
  expectTypeOf(iterate([1])).toEqualTypeOf<Flow<number>>();
  expectTypeOf(iterate(new ReadableStream<string>())).toEqualTypeOf<Flow<string>>();
  expectTypeOf(iterate(new EventEmitter(), "event")).toEqualTypeOf<Flow<unknown[]>>();
  expectTypeOf(iterate<[string]>(new EventEmitter(), "event")).toEqualTypeOf<Flow<[string]>>();
  expectTypeOf(iterate(new EventTarget(), "event")).toEqualTypeOf<Flow<Event>>();
});
