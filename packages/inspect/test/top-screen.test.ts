import stringWidth from "fast-string-width";
import { describe, expect, test } from "vitest";
import { type Key, Screen } from "../src/top-screen.js";
import { type Picture, Watch } from "../src/top-watch.js";
import { sampleAt, snapshotOf, task } from "./support/sample.js";

const tasks = [
  task(1, { name: "main", function: "main", age: 9000 }),
  task(2, { name: "fetcher", group: 9, age: 2000 }),
  task(3, { name: "writer", madeBy: { name: "fetcher", id: 2 }, age: 5000 }),
];
const groups = [{ id: 9, parent: 1, text: "<TaskGroup entered>" }];

function picture(): Picture {
  const watch = new Watch();
  watch.add(sampleAt(0, snapshotOf(tasks, { groups })));
  return watch.add(sampleAt(1000, snapshotOf(tasks, { groups }), { 1: [1, 5], 2: [9, 80], 3: [2, 20] }));
}

/** Presses keys: a name of more than one character is that of a key. */
function press(screen: Screen, ...keys: readonly string[]): void {
  for (const name of keys) {
    const key: Key = { name, sequence: name.length === 1 ? name : "\r" };
    screen.press(key);
  }
}

function shown(screen: Screen): string[] {
  return screen
    .lines(120, 30)
    .slice(1)
    .map((line) => /^(>?) *(\d+) +waiting +(\S+)/.exec(line.trim()))
    .filter((found) => found !== null)
    .map(([, mark, , name]) => `${mark}${name}`);
}

function screenWith(): Screen {
  const screen = new Screen();
  screen.sampled(picture());
  return screen;
}

describe("the screen of top", () => {
  test("sorts by busy time, waiting time and age, with s and the arrows", () => {
    const screen = screenWith();
    expect(shown(screen)).toEqual([">fetcher", "writer", "main"]);
    press(screen, "s");
    expect(shown(screen)).toEqual(["main", "writer", ">fetcher"]);
    press(screen, "right");
    expect(shown(screen)).toEqual(["main", "writer", ">fetcher"]);
    expect(screen.lines(120, 30)[0]).toContain("sorted by age");
    press(screen, "left", "left");
    expect(shown(screen)).toEqual([">fetcher", "writer", "main"]);
  });

  test("filters by what is typed, also by letters that are keys elsewhere, until Escape", () => {
    const screen = screenWith();
    press(screen, "/", "q", "backspace", "w", "r", "return");
    expect(shown(screen)).toEqual([">writer"]);
    expect(screen.quit).toBe(false);
    press(screen, "escape");
    expect(shown(screen)).toHaveLength(3);
  });

  test("opens the selected task, with its ancestors and its recent steps, and leads back", () => {
    const screen = screenWith();
    press(screen, "down", "return");
    expect(screen.opened).toBe(3);
    const waitsFor = { kind: "timer", text: "sleep(10)" };
    screen.sampled(picture(), [
      { kind: "step", time: 500, duration: 0.25, task: 3, wokenBy: null, ready: 0, waitsFor },
      { kind: "cancel", time: 700, task: 3, by: null, message: null },
    ]);
    expect(screen.lines(120, 30).slice(2)).toEqual([
      "name       writer",
      "function   ",
      "state      waiting",
      "waits for  ",
      "total      5.0 s, busy 20 ms, idle 980 ms, 2 steps",
      "made by    fetcher",
      "",
      "ancestors",
      "  2 fetcher",
      "  1 main",
      "",
      "recent steps",
      "  0.700 s  was asked to stop",
      "  0.500 s  ran for 0.250 ms, then waits for sleep(10)",
    ]);
    press(screen, "escape");
    expect([screen.opened, shown(screen)]).toEqual([undefined, ["fetcher", ">writer", "main"]]);
  });

  test("says that the open task has ended, and selects another in its place", () => {
    const screen = screenWith();
    press(screen, "return");
    screen.sampled({ ...picture(), rows: picture().rows.filter(({ id }) => id !== 2) });
    expect(screen.lines(120, 30).at(-1)).toBe("It has ended.");
    press(screen, "escape");
    expect(shown(screen)).toEqual([">writer", "main"]);
  });

  test("stands still while it is paused", () => {
    const screen = screenWith();
    press(screen, "p");
    screen.sampled({ ...picture(), rows: [] });
    expect(shown(screen)).toHaveLength(3);
    press(screen, "p");
    screen.sampled({ ...picture(), rows: [] });
    expect(shown(screen)).toEqual([]);
  });

  test("quits by q, and by Ctrl-C even while a filter is typed", () => {
    const byLetter = screenWith();
    press(byLetter, "q");
    const byInterrupt = screenWith();
    press(byInterrupt, "/");
    byInterrupt.press({ name: "c", ctrl: true, sequence: "\u0003" });
    expect([byLetter.quit, byInterrupt.quit]).toEqual([true, true]);
  });

  test("fits the terminal, and keeps the selected task on it", () => {
    const watch = new Watch();
    const many = Array.from({ length: 100 }, (_, i) => task(i + 1, { name: `名前 ${i + 1}` }));
    const screen = new Screen("age");
    screen.sampled(watch.add(sampleAt(0, snapshotOf(many))));
    press(screen, ...Array<string>(60).fill("down"));
    const lines = screen.lines(40, 10);
    expect(lines).toHaveLength(10);
    expect(lines.filter((line) => stringWidth(line) > 40)).toEqual([]);
    expect(lines.find((line) => line.startsWith(">"))).toContain("61");
  });

  test("says before the first sample that it waits for one", () => {
    expect(new Screen().lines(80, 24)).toEqual(["waiting for the first sample …"]);
  });
});
