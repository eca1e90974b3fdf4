/**
 * Replays, with this library, random reads of a `StreamReader` that `record.py` has recorded in CPython; its head
 * says what a step and a log are.
 */
import type { Coroutine } from "@asyncio-ts/coroutine";
import { isCancelled } from "@asyncio-ts/future";
import { IncompleteReadError, LimitOverrunError, StreamReader } from "@asyncio-ts/streams";
import { inflowOf } from "@asyncio-ts/streams/internal";
import { createTask, sleep, type Task } from "@asyncio-ts/task";
import { awaited, type Program } from "@asyncio-ts/testkit";

/** A line of the recorded file. */
export interface Recorded {
  readonly seed: number;
  /** Of the reader, in bytes. */
  readonly limit: number;
  readonly steps: readonly Step[];
  readonly log: readonly string[];
}

type Step = readonly [turns: number, name: string, argument?: string | number | readonly string[]];
type Result = Uint8Array | IteratorResult<Uint8Array>;

/** Parses lines of `record.py`. */
export function recordedIn(lines: string): Recorded[] {
  return lines
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Recorded);
}

class Broken extends Error {}

/** Has a read run in a task, in the kind of coroutine of a test. */
type Start = (read: () => Coroutine<Result>) => Task<Result>;

/** Runs the steps of one line, and returns the log. */
export function* replay({ limit, steps }: Recorded, start: Start): Program<string[]> {
  const log: string[] = [];
  const reader = new StreamReader({ limit });
  let paused = false;
  inflowOf(reader).source = { pause: () => (paused = true), resume: () => (paused = false) };
  let reading: Task<Result> | undefined;
  let method = "";
  let ended = false;
  for (const [turns, name, argument] of steps) {
    let outcome = "";
    if (name === "feed") reader.feedData(argument as string);
    else if (name === "end") reader.feedEof();
    else if (name === "fail") reader.setException(new Broken());
    else if (name === "cancel") reading?.cancel();
    else if (name === "second") outcome = `${yield* outcomeOf(reader.read(1), name)} `;
    else if (name !== "rest") {
      method = name;
      reading = start(() => readWith(reader, name, argument));
    }
    for (let turn = 0; turn < turns; turn++) yield* awaited(sleep(0));
    if (reading?.done() === true) {
      outcome += yield* outcomeOf(reading, method);
      reading = undefined;
    }
    if (name === "end") ended = true;
    if (turns > 0 && reader.exception() === undefined) {
      if (paused && !ended) outcome += "p";
      if (reader.atEof()) outcome += "e";
    }
    log.push(outcome);
  }
  return log;
}

/** Has a read run in a task, as an async function. */
export const inAsyncFunction: Start = (read) => createTask(async () => await read());

/** Has a read run in a task, as a generator coroutine. */
export const inGenerator: Start = (read) =>
  createTask(function* () {
    return yield* read();
  });

function readWith(reader: StreamReader, name: string, argument: Step[2]): Coroutine<Result> {
  switch (name) {
    case "read":
      return reader.read(argument as number);
    case "read all":
      return reader.read();
    case "readexactly":
      return reader.readexactly(argument as number);
    case "readline":
      return reader.readline();
    case "readuntil":
      return reader.readuntil(argument as string[]);
    case "next":
      return reader[Symbol.asyncIterator]().next() as unknown as Coroutine<Result>;
    default:
      throw new Error(`there is no step ${name}`);
  }
}

/** Waits for a read, and writes its outcome as `record.py` does. */
function* outcomeOf(reading: PromiseLike<Result>, method: string): Program<string> {
  try {
    const result = yield* awaited(reading);
    if (result instanceof Uint8Array) return textOf(result);
    return result.done === true ? "StopAsyncIteration" : textOf(result.value);
  } catch (error) {
    if (error instanceof IncompleteReadError) {
      return `IncompleteReadError ${textOf(error.partial)} ${error.expected ?? ""}`;
    }
    if (error instanceof LimitOverrunError) {
      // Python has a ValueError there.
      return method === "readline" || method === "next"
        ? "ValueError"
        : `LimitOverrunError ${error.consumed}`;
    }
    if (error instanceof Broken) return "Broken";
    if (isCancelled(error)) return "CancelledError";
    return (error as Error).message.includes("of the same StreamReader") ? "RuntimeError" : String(error);
  }
}

function textOf(bytes: Uint8Array): string {
  return JSON.stringify(new TextDecoder().decode(bytes));
}
