import { coroutine, Future } from "@asyncio-ts/future";
import { ambient, checks, reportUnawaited } from "@asyncio-ts/future/ambient";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualScheduler } from "./manual-scheduler.js";

const { checks: before, running } = ambient;
const loop = new ManualScheduler();

beforeEach(() => {
  ambient.checks = checks;
  ambient.running = loop;
  loop.debug = true;
});
afterEach(() => {
  ambient.checks = before;
  ambient.running = running;
  loop.unawaited.clear();
  loop.reports.length = 0;
});

/** What a loop does when it closes. */
function close(): string[] {
  for (const unawaited of loop.unawaited) reportUnawaited(unawaited, loop);
  return loop.reports.map((report) => report.message);
}

describe("in debug mode, a coroutine", () => {
  const fetchData = coroutine(async function fetchData() {
    return 1;
  });

  test("that nobody awaits is reported once, with the place of the call.", () => {
    fetchData();
    close();
    const messages = close();
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatch(/fetchData.* was never awaited; .*make it a task with createTask\(\)/);
    expect(messages[0]).toContain("debug.test.ts");
  });

  test("that was awaited is not reported.", async () => {
    const call = fetchData();
    ambient.running = running;
    await call;
    expect(close()).toEqual([]);
  });

  test("of a loop that is not in debug mode is not reported.", () => {
    loop.debug = false;
    fetchData();
    expect(close()).toEqual([]);
  });
});

test("without debug mode nothing is watched.", () => {
  ambient.checks = undefined;
  coroutine(async () => {})();
  expect(loop.unawaited.size).toBe(0);
  expect(new Future<void>().done()).toBe(false);
});
