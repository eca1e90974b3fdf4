import { coroutine } from "@asyncio-ts/coroutine";
import { runBody } from "@asyncio-ts/coroutine/lowlevel";
import { Future, type Steps } from "@asyncio-ts/future";
import { debug, slot } from "@asyncio-ts/future/internal";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualScheduler } from "@asyncio-ts/testkit/manual-scheduler";

const { checks: before, running } = slot;
const loop = new ManualScheduler();

beforeEach(() => {
  slot.checks = debug.checks;
  slot.running = loop;
  loop.debug = true;
});
afterEach(() => {
  slot.checks = before;
  slot.running = running;
  loop.unawaited.clear();
  loop.reports.length = 0;
});

/** Does what a loop does when it closes, and returns what was reported. */
function close(): string[] {
  for (const unawaited of loop.unawaited) debug.reportUnawaited(unawaited, loop);
  return loop.reports.map((report) => report.message);
}

const fetchData = coroutine(async function fetchData() {
  return 1;
});

describe("in debug mode, a coroutine", () => {
  test("that nobody awaits is reported once, with the place of the call", () => {
    fetchData();
    close();
    const messages = close();
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatch(/fetchData.* was never awaited; .*make it a task with createTask\(\)/);
    expect(messages[0]).toContain("debug.test.ts");
  });

  test("without a name is reported too, and once, however often that is asked for", () => {
    const nameless = (
      () => async () =>
        1
    )();
    coroutine(nameless)();
    const [unawaited] = loop.unawaited;
    close();
    debug.reportUnawaited(unawaited as NonNullable<typeof unawaited>, loop);
    expect(loop.reports.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^a coroutine was never awaited; /),
    ]);
  });

  test("that was awaited is not reported", async () => {
    const call = fetchData();
    slot.running = running;
    await call;
    expect(close()).toEqual([]);
  });

  test("of a loop that is not in debug mode is not reported", () => {
    loop.debug = false;
    fetchData();
    expect(close()).toEqual([]);
  });
});

describe("a generator object", () => {
  function* steps(): Steps<string> {
    return "result";
  }

  test("that is run a second time is an error that says what to write", async () => {
    const generator = steps();
    const twice = coroutine(function* () {
      const results = [yield* runBody(generator)];
      try {
        results.push(yield* runBody(generator));
      } catch (error) {
        results.push((error as Error).message);
      }
      return results;
    });
    expect(await twice()).toEqual([
      "result",
      "this generator object was awaited, or made a task, before; call its function again for a new one, " +
        "or keep the task and await that",
    ]);
  });

  test("of a loop that is not in debug mode is not watched", async () => {
    loop.debug = false;
    const generator = steps();
    const twice = coroutine(function* () {
      return [yield* runBody(generator), yield* runBody(generator)];
    });
    expect(await twice()).toEqual(["result", undefined]);
  });
});

test.each<[string, () => unknown]>([
  [
    "throws",
    () => {
      throw new Error("in prepareStackTrace");
    },
  ],
  ["gives no text", () => [1, 2, 3]],
])("where the program writes stacks in a way that %s, coroutines are watched all the same.", (_, prepare) => {
  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = prepare;
  try {
    fetchData();
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
  expect(close()).toEqual([expect.stringContaining("fetchData() was never awaited")]);
});

test("without debug mode nothing is watched", () => {
  slot.checks = undefined;
  coroutine(async () => {})();
  expect(loop.unawaited.size).toBe(0);
  expect(new Future<void>().done()).toBe(false);
});
