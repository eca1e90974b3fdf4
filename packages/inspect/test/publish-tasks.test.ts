import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { fileURLToPath } from "node:url";
import { createTask, gather, type Task, timeout, sleep } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf, type Program } from "@asyncio-ts/testkit";
import { execa } from "execa";
import { needing } from "@asyncio-ts/testkit/needing";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  publishTasks,
  snapshot,
  type TaskCancelMessage,
  type TaskEndMessage,
  type TaskMadeMessage,
  type TaskMessage,
  type TaskWaitMessage,
} from "../src/index.js";

type Message = TaskMadeMessage & TaskWaitMessage & TaskCancelMessage & TaskEndMessage;

const names = ["made", "step:start", "step:end", "wait", "cancel", "end"];
let undo: (() => void)[] = [];

function listen(name: string, listener: (message: Message) => void): () => void {
  const listen = (message: unknown): void => listener(message as Message);
  subscribe(`asyncio-ts:task:${name}`, listen);
  const end = (): void => void unsubscribe(`asyncio-ts:task:${name}`, listen);
  undo.push(end);
  return end;
}

function start(): () => void {
  const stop = publishTasks();
  undo.push(stop);
  return stop;
}

/** Logs all messages, with the names of the tasks, and what else they tell. */
function logAll(): string[] {
  const log: string[] = [];
  for (const name of names) {
    listen(name, (message) => {
      const { task, text, outcome, message: reason, owner } = message;
      const more = [text, outcome, reason, owner].filter((part) => typeof part === "string");
      log.push([name, (task as Task<unknown>).name, ...more].join(" "));
    });
  }
  return log;
}

afterEach(() => {
  for (const end of undo) end();
  undo = [];
});

describe.each(bothKinds)("the channels, with %s", ({ startTask, runProgram }) => {
  const begin = <T>(name: string, program: () => Program<T>): Task<T> => {
    const task = startTask(program);
    task.name = name;
    return task;
  };

  test("tell in order what tasks do", async () => {
    const log = logAll();
    await runProgram(function* main() {
      const stop = start();
      const task = begin("task", function* () {
        yield* awaited(sleep(10));
        return "done";
      });
      const above = begin("above", () => awaited(task));
      yield* awaited(gather([above]));
      stop();
    });
    expect(log.map((line) => line.replaceAll(/Task-\d+/g, "main"))).toEqual([
      "made main",
      "made main",
      "wait main gather of 1",
      "step:start task",
      "wait task sleep(10)",
      "step:end task",
      "step:start above",
      "wait above task task",
      "step:end above",
      "step:start task",
      "end task returned",
      "step:end task",
      "step:start above",
      "end above returned",
      "step:end above",
      // A step that has begun is told to its end, though its code ends the publishing.
      "step:start main",
      "step:end main",
    ]);
  });

  test("tell of cancellations who asked, and how it ended", async () => {
    const cancels: unknown[] = [];
    const ends: unknown[] = [];
    const error = new RangeError("too far");
    await runProgram(function* main() {
      listen("cancel", ({ id, message, owner, by }) => cancels.push({ id, message, owner, by }));
      listen("end", ({ id, outcome, error: failure }) => ends.push([id, outcome, failure]));
      start();
      const idOf = (name: string): number => snapshot().tasks.find((one) => one.name === name)?.id as number;
      const task = begin("task", () => awaited(sleep(1000)));
      const late = begin("late", function* () {
        yield* errorOf(timeout(5).with(() => sleep(1000)));
      });
      const failing = begin("failing", function* () {
        yield* awaited(sleep(20));
        throw error;
      });
      const ids = [idOf("task"), idOf("late"), idOf("failing")];
      const main = snapshot().tasks[0]?.id;
      yield* awaited(sleep(1));
      task.cancel("enough");
      yield* errorOf(task);
      yield* awaited(late);
      yield* errorOf(failing);
      expect(cancels).toEqual([
        { id: ids[0], message: "enough", owner: null, by: main },
        { id: ids[1], message: null, owner: "Timeout", by: null },
      ]);
      expect(ends).toEqual([
        [ids[0], "cancelled", undefined],
        [ids[1], "returned", undefined],
        [ids[2], "failed", error],
      ]);
    });
  });

  test("tell the maker, the function, the loop and the number that a snapshot has", async () => {
    const made: TaskMadeMessage[] = [];
    listen("made", (message) => made.push(message));
    await runProgram(function* main() {
      start();
      const task = startTask(function* helper() {
        yield* awaited(sleep(1));
      });
      const [main, child] = snapshot().tasks;
      const [{ task: told, ...facts } = {}] = made;
      expect(told).toBe(task);
      expect(facts).toEqual({
        id: child?.id,
        name: task.name,
        function: "helper",
        group: null,
        loop: child?.loop,
        by: main?.id,
      });
      yield* awaited(task);
    });
  });

  test("publish only what somebody subscribes to, and nothing after the end", async () => {
    const made: string[] = [];
    const record = (message: TaskMessage): void => void made.push((message.task as Task<unknown>).name);
    const child = (name: string) => awaited(createTask(() => sleep(1), { name }));
    await runProgram(function* main() {
      const stop = start();
      yield* child("nobody listens");
      const end = listen("made", record);
      yield* child("heard");
      end();
      yield* child("nobody listens any more");
      listen("made", record);
      stop();
      yield* child("stopped");
    });
    expect(made).toEqual(["heard"]);
  });
});

const importing = needing("option `--import` as Node has it");

test("a program that is started with --import publishes from its first task on", importing, async () => {
  const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const { stdout } = await execa(process.execPath, [
    "--import",
    here("support/subscriber.mjs"),
    "--import",
    here("dist/channels.js"),
    here("dist/unaware.js"),
  ]);
  expect(stdout.split("\n").map((line) => line.trim())).toEqual([
    "made",
    "step:start",
    "wait sleep(1)",
    "step:end",
    "step:start",
    "end returned",
    "step:end",
  ]);
});

test("a runtime without channels is told so", () => {
  const spy = vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined as never);
  try {
    expect(() => publishTasks()).toThrow(
      "publishTasks() needs node:diagnostics_channel, which this runtime does not have",
    );
  } finally {
    spy.mockRestore();
  }
});

test("a library of another contract is refused", () => {
  const key = Symbol.for("asyncio-ts.slot");
  const globals = globalThis as { [key: symbol]: unknown };
  const slot = globals[key];
  globals[key] = { contract: 2 };
  try {
    expect(() => publishTasks()).toThrow(
      "publishTasks() can't observe the version of asyncio-ts that is loaded",
    );
  } finally {
    globals[key] = slot;
  }
});
