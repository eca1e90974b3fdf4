import type { Runnable } from "@asyncio-ts/future/lowlevel";
import { newEventLoop } from "@asyncio-ts/loop";
import { partsOf } from "@asyncio-ts/loop/internal";
import { beforeEach, describe, expect, test } from "vitest";
import { type Actor, Actors } from "../src/actors.js";
import type { Candidate } from "../src/candidates.js";
import { errorOfRun, ExplorationError, StepsOfRun } from "../src/exploration-report.js";
import { Handle } from "../src/handle.js";
import { parseSchedule, type Schedule } from "../src/schedule.js";
import { StepTask } from "./step-task.js";

describe("the error of a run", () => {
  const errorOf = (replay: string, steps: readonly string[] = [], cause: unknown = new Error("bug")) =>
    errorOfRun("it failed", 7, parseSchedule(replay) as Schedule, steps, cause);

  test.each([
    ["1:1", "1 switch and 0 cancellations", 1, 0],
    ["1:1 2:1 3x1", "2 switches and 1 cancellation", 2, 1],
    ["3x1 4x2", "0 switches and 2 cancellations", 0, 2],
  ])("counts the deviations of %j", (replay, counts, switches, cancellations) => {
    const error = errorOf(replay, ["  a step"]);
    expect(error.message).toBe(
      `it failed, with ${counts}: Error: bug\n  a step\nrepeat it with explore(program, { replay: "${replay}" })`,
    );
    expect(error).toBeInstanceOf(ExplorationError);
    expect(error).toMatchObject({ name: "ExplorationError", replay, switches, cancellations, runs: 7 });
    expect(error.steps).toEqual(["  a step"]);
  });

  test("has the error of the program as its cause, and the first line of that in its message", () => {
    const cause = new Error("first\nsecond");
    const error = errorOf("", [], cause);
    expect(error.cause).toBe(cause);
    expect(error.message.split("\n")).toEqual([
      "it failed, with 0 switches and 0 cancellations: Error: first",
      'repeat it with explore(program, { replay: "" })',
    ]);
  });

  /** Returns the lines that the message has of a run of so many steps, with deviations in some of them. */
  function told(length: number, ...deviations: number[]): string[] {
    const steps = Array.from({ length }, (_, at) => `${deviations.includes(at) ? ">" : " "} ${at}`);
    const error = errorOf("", steps);
    expect(error.steps).toEqual(steps);
    return error.message.split("\n").slice(1, -1);
  }

  const numbers = (lines: string[]): string[] => lines.map((line) => line.replace(/^[> ]\s*/, ""));
  const between = (first: number, end: number): string[] =>
    Array.from({ length: end - first }, (_, i) => String(first + i));

  test("tells all of a run of sixty steps", () => {
    expect(numbers(told(60))).toEqual(between(0, 60));
  });

  test("leaves out what is far from every deviation in a longer one", () => {
    expect(numbers(told(61))).toEqual([...between(0, 3), "…", ...between(46, 61)]);
    expect(numbers(told(100, 20, 40))).toEqual([
      ...between(0, 3),
      "…",
      ...between(17, 24),
      "…",
      ...between(37, 44),
      "…",
      ...between(85, 100),
    ]);
    expect(told(100, 20).filter((line) => line.includes("…"))).toEqual(["       …", "       …"]);
  });
});

describe("the steps of a run", () => {
  const { scheduler } = partsOf(newEventLoop());
  let actors: Actors;
  let steps: StepsOfRun;
  let main: StepTask;

  beforeEach(() => {
    actors = new Actors();
    steps = new StepsOfRun(actors);
    main = new StepTask("Task-1");
    main.waits = ["<Lock locked>"];
    actors.of(main.wake(), undefined, "callback");
  });

  const candidate = (
    runnable: Runnable,
    kind: Candidate["kind"] = "ready",
    name = "callback",
  ): Candidate => ({
    runnable,
    kind,
    actor: actors.of(runnable, undefined, name),
    since: 0,
    deadline: 25,
    round: 0,
    yields: false,
  });

  const told = (chosen: Candidate | Actor, turn = 4, kind?: "switch" | "cancel"): string[] => {
    steps.turnBegins(turn, chosen, kind && { turn, kind, number: 1 });
    steps.turnEnded();
    return steps.lines.splice(0);
  };

  test("a callback runs, a timer is due, an event comes from outside", () => {
    const handle = new Handle(scheduler, () => {}, []);
    expect(told(candidate(handle))).toEqual(["    4  callback runs"]);
    expect(told(candidate({ run() {} }, "timer", "timer"), 12)).toEqual(["   12  timer is due at 25 ms"]);
    expect(told(candidate({ run() {} }, "event", "click"), 123)).toEqual(["  123  click comes from outside"]);
  });

  test("a turn without code of the program is left out, unless it was a deviation", () => {
    const runnable = { run() {} };
    expect(told(candidate(runnable, "ready", "gather"))).toEqual([]);
    expect(told(candidate(runnable), 4, "switch")).toEqual([">   4  gather runs"]);
  });

  test("a task starts, and goes on after what it waited for, and waits for the next", () => {
    const task = new StepTask("worker");
    task.waits = ["Task 'Task-1'"];
    const start = Object.assign(task, { run() {} }) as unknown as Runnable;
    expect(told(candidate(start))).toEqual(["    4  worker starts, waits for Task 'main'"]);
    expect(told(candidate(task.wake()))).toEqual(["    4  worker goes on, waits for Task 'main'"]);
    const wake = task.wake(() => {}, { describeWait: () => "Task 'Task-1' (body)" });
    expect(told(candidate(wake), 5, "switch")).toEqual([
      ">   5  worker goes on after Task 'main', waits for Task 'main'",
    ]);
  });

  test("a task is cancelled, and ends in some way", () => {
    const task = new StepTask("worker");
    const actor = actors.of(task.wake(), undefined, "callback");
    task.waits = ["<Event unset>"];
    expect(told(actor, 4, "cancel")).toEqual(["x   4  worker is cancelled, waits for <Event unset>"]);
    task.state = "cancelled";
    expect(told(candidate(task.wake()))).toEqual(["    4  worker goes on, cancelled"]);
    Object.defineProperty(task, "toString", { configurable: true, value: () => "<Task of <Lock> failed>" });
    expect(told(candidate(task.wake()))).toEqual(["    4  worker goes on, failed"]);
    Object.defineProperty(task, "toString", { value: () => "a task" });
    expect(told(candidate(task.wake()))).toEqual(["    4  worker goes on, ends"]);
  });

  test("end with the main task, whose last one is told", () => {
    const other = new StepTask("other");
    other.state = "finished";
    expect(told(candidate(other.wake()))).toHaveLength(1);
    main.state = "finished";
    expect(told(candidate(main.wake()))).toEqual(["    4  main goes on, finished"]);
    expect(told(candidate(other.wake()))).toEqual([]);
    steps.exhausted();
    expect(steps.lines).toEqual([]);
  });

  test("end where nothing is left that could wake the program, which is said once", () => {
    steps.exhausted();
    steps.exhausted();
    expect(told(candidate(main.wake()))).toEqual(["       nothing is left that could wake the program"]);
  });
});
