import { coroutine } from "@asyncio-ts/coroutine";
import { currentTask, run, sleep } from "@asyncio-ts/task";
import { bothKinds } from "@asyncio-ts/testkit";
import { describe, expect, test } from "vitest";
import { record, startRecording } from "../src/recording.js";
import { piecesOf, textOfItems } from "../src/trace-text.js";
import { makeRecorder, type Recorder } from "../src/recorder.js";

describe("record", () => {
  test("records while a function runs, in the task of the caller", async () => {
    await run(async () => {
      const { result, recording } = await record(async () => {
        await sleep(1);
        return currentTask()?.name;
      });
      expect(result).toBe(currentTask()?.name);
      const { tasks, events } = recording.trace();
      expect(tasks.map(({ name }) => name)).toEqual([result]);
      await sleep(1);
      expect(recording.trace().events).toEqual(events);
    });
  });

  test.each([
    [
      "a generator function",
      function* () {
        return yield* sleep(1, "rested");
      },
    ],
    ["a coroutine object", () => coroutine(async () => await sleep(1, "rested"))()],
    ["a function that runs a program", () => run(() => sleep(1, "rested"))],
  ])("takes %s", async (_, body) => {
    const { result, recording } = await record<string>(body as () => Promise<string>);
    expect(result).toBe("rested");
    const { events } = recording.trace();
    expect(events.some((event) => event.kind === "step" && event.waitsFor?.text === "sleep(1)")).toBe(true);
  });

  test("ends the recording if the body fails", async () => {
    const slot = (globalThis as { [slot: symbol]: { observer?: unknown } })[Symbol.for("asyncio-ts.slot")];
    const failing = record(() => {
      expect(slot?.observer).toBeDefined();
      throw new Error("it is broken");
    });
    await expect(failing).rejects.toThrow("it is broken");
    expect(slot?.observer).toBeUndefined();
  });
});

test.each([
  [{ limit: 0 }, "startRecording() needs a limit that is an integer above 0, got 0"],
  [{ limit: 1.5 }, "startRecording() needs a limit that is an integer above 0, got 1.5"],
  [{ clock: 7 as never }, "startRecording() needs a clock that is a function which returns milliseconds"],
])("options that are none are refused: %o", (options, message) => {
  expect(() => startRecording(options)).toThrow(new TypeError(message));
});

test("a recording is disposable", async () => {
  let seen = 0;
  {
    using recording = startRecording();
    await run(() => sleep(1));
    seen = recording.trace().events.length;
    expect(seen).toBeGreaterThan(2);
  }
});

test("the text of a trace is made of pieces that are read one by one", () =>
  bothKinds[1].runProgram(function* () {
    const recorder = makeRecorder({ clock: () => 1 }) as Recorder;
    for (let i = 0; i < 5000; i++) yield sleep(0);
    recorder.stop("because");
    const head = recorder.head();
    const pieces = [...piecesOf(head)];
    const text = pieces.map((piece) => (typeof piece === "string" ? piece : textOfItems(recorder, piece)));
    const { counts, ...rest } = head;
    expect(
      pieces.filter((piece) => typeof piece === "object" && piece.list === "events").length,
    ).toBeGreaterThan(2);
    expect(JSON.parse(text.join(""))).toStrictEqual({
      ...rest,
      tasks: recorder.read("tasks", 0, counts.tasks),
      groups: [],
      objects: [],
      events: recorder.read("events", 0, counts.events),
    });
    expect([rest.ended, counts.events >= 5000]).toEqual(["because", true]);
  }));
