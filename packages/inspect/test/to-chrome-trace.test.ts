import { describe, expect, test } from "vitest";
import { toChromeTrace } from "../src/to-chrome-trace.js";
import { chromeEvents } from "./support/chrome-events.js";
import { expectGolden } from "./support/golden.js";
import { groupsTrace, lateTrace, manyTrace, semaphoreTrace } from "./support/traces.js";

describe("toChromeTrace", () => {
  test.for([
    ["semaphore", semaphoreTrace],
    ["groups", groupsTrace],
    ["late", lateTrace],
  ] as const)("of %s is as it was, and keeps to the format", async ([name, trace]) => {
    const text = toChromeTrace(trace());
    chromeEvents(text);
    await expectGolden(`${name}.chrome.json`, text);
  });

  test("keeps to the format with many tasks", () => {
    const events = chromeEvents(toChromeTrace(manyTrace(1000, 3)));
    expect(events.filter(({ ph }) => ph === "X")).toHaveLength(3002);
  });

  test("an arrow leads from the last step of the task that woke another to its step", () => {
    const events = chromeEvents(toChromeTrace(groupsTrace()));
    const { id } = events.find(({ ph, tid }) => ph === "s" && tid === 2) as { id: string };
    const arrow = events.filter((event) => event.cat === "woken" && event.id === id);
    expect(arrow.map(({ ph, tid, ts }) => [ph, tid, ts])).toEqual([
      ["s", 2, 14_000],
      ["f", 3, 15_000],
    ]);
  });

  test("a task waits in its own slice, for several things at once in one", () => {
    const events = chromeEvents(toChromeTrace(groupsTrace()));
    const lifeOf = (tid: number) =>
      events
        .filter((event) => event.tid === tid && (event.ph === "b" || event.ph === "e"))
        .map(({ ph, name }) => `${ph} ${name}`);
    expect(lifeOf(5)).toEqual([
      "b side A",
      "b sleep(50), task side B",
      "e sleep(50), task side B",
      "e side A",
    ]);
    expect(lifeOf(6).slice(0, 4)).toEqual([
      "b side B",
      "b its first step",
      "e its first step",
      "b a native promise",
    ]);
  });

  test("a task whose whole life is one moment begins before it ends", () => {
    const trace = { ...semaphoreTrace(), events: [] };
    const tasks = trace.tasks.map((task) => ({ ...task, madeAt: 10, endedAt: 10 }));
    chromeEvents(toChromeTrace({ ...trace, tasks }));
  });
});
