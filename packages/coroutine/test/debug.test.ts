import { coroutine } from "@asyncio-ts/coroutine";
import { runBody } from "@asyncio-ts/coroutine/lowlevel";
import { Future, type Steps } from "@asyncio-ts/future";
import { debug, slot } from "@asyncio-ts/future/internal";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isOwnLine } from "../../future/src/debug.js";
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

/** What a loop does when it closes. */
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

describe("a line of a stack is of this library", () => {
  const installed = "file:///app/node_modules/@asyncio-ts/future/dist/debug.js";
  const bundled = "file:///app/packages/web/dist/bundle.js";

  test.each<[string, string | undefined, string, boolean]>([
    ["installed", installed, "at run (file:///app/node_modules/@asyncio-ts/task/dist/runner.js:1:1)", true],
    [
      "installed by pnpm",
      "file:///app/node_modules/.pnpm/@asyncio-ts+future@1.0.0/node_modules/@asyncio-ts/future/dist/debug.js",
      "at run (file:///app/node_modules/.pnpm/@asyncio-ts+task@1.0.0/node_modules/@asyncio-ts/task/dist/runner.js:1:1)",
      true,
    ],
    [
      "installed on Windows",
      installed,
      String.raw`at run (C:\app\node_modules\@asyncio-ts\task\dist\runner.js:1:1)`,
      true,
    ],
    [
      "of a program's own package of that name",
      installed,
      "at main (file:///app/packages/task/src/app.ts:1:1)",
      false,
    ],
    ["of another package", installed, "at main (file:///app/node_modules/task/dist/app.js:1:1)", false],
    [
      "in its repository",
      "file:///lib/packages/future/src/debug.ts",
      "at f (/lib/packages/task/src/task.ts:1:1)",
      true,
    ],
    [
      "of a test in its repository",
      "file:///lib/packages/future/src/debug.ts",
      "at f (/lib/packages/task/test/a.ts:1:1)",
      false,
    ],
    [
      "in its repository, of a program's own package",
      "file:///lib/packages/future/src/debug.ts",
      "at main (/app/packages/task/src/app.ts:1:1)",
      false,
    ],
    [
      "in a folder with a space",
      "file:///my%20lib/future/src/debug.ts",
      "at f (/my lib/task/src/a.ts:1:1)",
      true,
    ],
    [
      "in its repository on Windows",
      "file:///C:/lib/packages/future/src/debug.ts",
      String.raw`at f (C:\lib\packages\sync\src\lock.ts:1:1)`,
      true,
    ],
    [
      "loaded from a server",
      "https://x.org/libs/future/dist/debug.js?v=1",
      "f@https://x.org/libs/task/dist/run.js:1:1",
      true,
    ],
    ["bundled", bundled, "at main (file:///app/packages/web/dist/bundle.js:1:1)", false],
    [
      "bundled, of a package of that name",
      bundled,
      "at main (file:///app/packages/task/src/app.ts:1:1)",
      false,
    ],
    ["bundled without a place", undefined, "at main (file:///app/packages/task/src/app.ts:1:1)", false],
  ])("%s", (_, here, line, expected) => {
    expect(isOwnLine(here)(line)).toBe(expected);
  });
});
