import { Future } from "@asyncio-ts/future";
import { type contract, debug, slot } from "@asyncio-ts/future/internal";
import { called, cancellation } from "@asyncio-ts/future/lowlevel";
import { collectGarbage } from "@asyncio-ts/testkit/collect-garbage";
import { FakeTask, inTurnOf } from "@asyncio-ts/testkit/fake-task";
import { ManualScheduler, microtasks } from "@asyncio-ts/testkit/manual-scheduler";
import { needing } from "@asyncio-ts/testkit/needing";
import { afterEach, describe, expect, test, vi } from "vitest";
import { isOwnLine } from "../src/debug.js";
import { allStrays } from "../src/stray.js";

const { checks } = debug;

afterEach(() => void (slot.running = slot.checks = undefined));

/** Makes a loop in debug mode the running one. */
function debugged(): ManualScheduler {
  const loop = new ManualScheduler();
  loop.debug = true;
  slot.running = loop;
  return loop;
}

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
    [
      "installed, while this module is bundled",
      bundled,
      "at run (file:///app/node_modules/@asyncio-ts/task/dist/runner.js:1:1)",
      true,
    ],
    [
      "installed in another package, while this module is bundled",
      bundled,
      "at run (file:///app/node_modules/tool/vendor/@asyncio-ts/task/dist/runner.js:1:1)",
      true,
    ],
    [
      "beside another module of that name",
      "file:///lib/packages/future/src/debug.tsx",
      "at f (/lib/packages/task/src/task.ts:1:1)",
      false,
    ],
    [
      "in its repository, of a folder in the packages",
      "file:///lib/packages/future/src/debug.ts",
      "at f (/lib/packages/app/task/src/a.ts:1:1)",
      false,
    ],
    [
      "of a program whose path is as long",
      "file:///lib/packages/future/src/debug.ts",
      "at f (/1/345/task/src/a.ts:1:1)",
      false,
    ],
    [
      "in a folder whose name is no URL",
      "file:///50%/future/src/debug.ts",
      "at f (/50%/task/src/a.ts:1:1)",
      true,
    ],
    ["bundled without a place", undefined, "at main (file:///app/packages/task/src/app.ts:1:1)", false],
  ])("%s", (_, here, line, expected) => {
    expect(isOwnLine(here)(line)).toBe(expected);
  });
});

describe("the stack of an error tells a place in the program", () => {
  test.each<[string, string, boolean]>([
    ["by a line of it", "at main (file:///app/main.js:1:1)", true],
    ["by a line with long numbers", "at main (file:///app/main.js:123:456)", true],
    ["by a line without a function", "at file:///app/main.js:1:1", true],
    ["not by a line without a place", "at waiting.next (<anonymous>)", false],
    ["not by code that eval() runs", "at eval (eval at main (file:///app/main.js:1:1), <anonymous>)", false],
    ["not by a line of Node", "at processTicksAndRejections (node:internal/process/task_queues:95:5)", false],
    ["not by a line of Bun", "at processTicksAndRejections (native:7:39)", false],
    ["not by a line of Deno", "at Immediate.callback (ext:deno_node/internal/timers.mjs:4:3069)", false],
  ])("%s", (_, line, tells) => {
    const error = Object.assign(new Error("failed"), { stack: `Error: failed\n    ${line}` });
    expect(debug.checks.isPlaced(error)).toBe(tells);
  });
});

describe("the stack of an error without lines", () => {
  test.each<[string, PropertyDescriptor, boolean]>([
    [
      "throws",
      {
        get: () => {
          throw new Error("in the getter");
        },
      },
      true,
    ],
    ["is missing", { value: undefined }, false],
    ["has a place only in its message", { value: "Error: failed at (app.js:1:1)" }, false],
  ])("that %s", (_, descriptor, tells) => {
    expect(checks.isPlaced(Object.defineProperty(new Error("failed"), "stack", descriptor))).toBe(tells);
  });
});

describe("a coroutine object in debug mode", () => {
  function callsHere(loop: ManualScheduler, coroutine: { name: string }): contract.Watch | undefined {
    slot.running = loop;
    const watch = checks.watchCoroutine(coroutine);
    return watch;
  }

  test("that nobody has awaited is reported once, with its name and the line that called it", async () => {
    const loop = debugged();
    const coroutine = { name: "" };
    callsHere(loop, coroutine);
    coroutine.name = "Lock.acquire";
    await Promise.resolve();
    const [unawaited] = loop.unawaited as unknown as Iterable<contract.Unawaited>;
    debug.reportUnawaited(unawaited as contract.Unawaited, loop);
    debug.reportUnawaited(unawaited as contract.Unawaited, loop);
    expect(loop.reports).toEqual([
      {
        message: expect.stringMatching(
          /^coroutine Lock\.acquire\(\) was never awaited; await it, or make it a task with createTask\(\)\. It was called\n +at callsHere.*debug\.test\.ts/,
        ),
      },
    ]);
    expect(debug.checks.placeOf(coroutine)).toMatch(/^at callsHere .*debug\.test\.ts:\d+:\d+\)$/);
  });

  test("may have no name", () => {
    const loop = debugged();
    callsHere(loop, { name: "" });
    const [unawaited] = loop.unawaited as unknown as Iterable<contract.Unawaited>;
    debug.reportUnawaited(unawaited as contract.Unawaited, loop);
    expect(loop.reports[0]?.message).toMatch(/^a coroutine was never awaited/);
  });

  test("is reported when it is collected, unless it was awaited", async () => {
    const loop = debugged();
    callsHere(loop, { name: "awaited" })?.end();
    callsHere(loop, { name: "forgotten" });
    for (let i = 0; i < 20 && loop.reports.length === 0; i++) await collectGarbage();
    expect(loop.reports.map(({ message }) => message.split(" was")[0])).toEqual(["coroutine forgotten()"]);
    expect(loop.unawaited.size).toBe(0);
  });

  test("is not watched by a loop that is not in debug mode", () => {
    const loop = new ManualScheduler();
    expect(callsHere(loop, { name: "f" })).toBeUndefined();
    expect(loop.unawaited.size).toBe(0);
  });

  test("tells the task that its code calls the library", () => {
    const calls: string[] = [];
    class Told extends FakeTask {
      [called](): void {
        calls.push(this.name);
      }
    }
    inTurnOf(new Told("task"), () => checks.watchCoroutine({ name: "f" }));
    inTurnOf(new FakeTask("that is not told"), () => checks.watchCoroutine({ name: "f" }));
    expect(calls).toEqual(["task"]);
  });

  test("that is a generator object can be run once", () => {
    const generator = {};
    checks.takeGenerator(generator);
    checks.takeGenerator(generator);
    debugged();
    checks.takeGenerator(generator);
    checks.takeGenerator({});
    expect(() => checks.takeGenerator(generator)).toThrow(
      new Error(
        "this generator object was awaited, or made a task, before; call its function again for a new one, or keep the task and await that",
      ),
    );
  });
});

describe("a future of another loop", () => {
  test.each<[string, boolean, boolean, number]>([
    ["is reported to a loop in debug mode", true, false, 1],
    ["is not reported if it is of the task's own loop", true, true, 0],
    ["is not reported without debug mode", false, false, 0],
  ])("%s", (_, inDebugMode, own, reports) => {
    const task = new FakeTask("t");
    task.toString = () => "<Task 't'>";
    task.scheduler.debug = inDebugMode;
    const future = new Future({ loop: own ? task.scheduler : new ManualScheduler() });
    checks.waitBegins(future, task);
    checks.waitBegins(future, undefined);
    expect(task.scheduler.reports.map(({ message }) => message)).toEqual(
      Array(reports).fill(
        "<Task 't'> awaits <Future pending>, which belongs to another event loop; make it inside the task",
      ),
    );
  });
});

describe("the place where an object was made", () => {
  function madeHere(): object {
    const made = {};
    debug.checks.notePlace(made);
    return made;
  }

  test("is the line outside this library that made it, and may be passed on", () => {
    const [made, waiting] = [madeHere(), {}];
    expect(debug.checks.placeOf(made)).toMatch(/^at madeHere \(.*debug\.test\.ts:\d+:\d+\)$/);
    checks.passPlace({}, waiting);
    expect(debug.checks.placeOf(waiting)).toBeUndefined();
    checks.passPlace(made, waiting);
    checks.passPlace({}, waiting);
    expect(debug.checks.placeOf(waiting)).toBe(debug.checks.placeOf(made));
    checks.passPlace(made, waiting);
    expect(debug.checks.placeOf(waiting)).toBe(debug.checks.placeOf(made));
    expect([debug.checks.placeOf({}), debug.checks.placeOf(undefined)]).toEqual([undefined, undefined]);
  });

  test("is told once by an error", () => {
    const error = Object.assign(new Error("failed"), { stack: "Error: failed\n    at main (app.js:1:1)" });
    checks.tellPlace(error, {}, "an object without a place");
    checks.tellPlace(error, madeHere(), "the task was created");
    checks.tellPlace(error, madeHere(), "another one");
    expect(error.stack).toMatch(
      /^Error: failed\n {4}at main \(app\.js:1:1\)\n {4}--- the task was created ---\n +at madeHere /,
    );
    expect(error.stack).not.toContain("another one");
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a text", "text"],
    [
      "an error whose stack can't be set",
      Object.defineProperty(new Error(), "stack", { get: () => "its own" }),
    ],
    ["an error without a stack", Object.assign(new Error("failed"), { stack: undefined })],
  ])("is not told by %s", (_, error) => {
    const before = (error as Error | undefined | null)?.stack;
    expect(() => checks.tellPlace(error, madeHere(), "the task was created")).not.toThrow();
    expect((error as Error | undefined | null)?.stack).toBe(before);
  });

  test("may be as deep as 40 calls of this library", () => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 3;
    try {
      expect(debug.placeOfCall().split("\n").length).toBeGreaterThan(3);
      expect(Error.stackTraceLimit).toBe(3);
      Error.stackTraceLimit = 100;
      debug.placeOfCall();
      expect(Error.stackTraceLimit).toBe(100);
    } finally {
      Error.stackTraceLimit = limit;
    }
  });

  test("is told by the lines of this library if no line of the program made the call", async () => {
    const places: string[] = [];
    const made = Promise.resolve().then(debug.placeOfCall);
    void made.then((place) => places.push(place));
    // Not `await made`: that would be a line of the program.
    await microtasks();
    expect(places).toEqual([expect.stringContaining("debug.")]);
  });

  test("is told also where the program has frozen `Error`", () => {
    const Original = Error;
    // No class: Bun calls `Error` without `new`.
    function Frozen(): Error {
      return new Original();
    }
    vi.stubGlobal("Error", Object.freeze(Object.setPrototypeOf(Frozen, Original)));
    const place = debug.placeOfCall();
    vi.unstubAllGlobals();
    expect(place).toContain("debug.test.ts");
  });

  test.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw new Error("in the formatter");
      },
    ],
    ["returns no text", () => ["frames"]],
  ])("is unknown where the program's formatter of stacks %s", (_, format) => {
    const { prepareStackTrace } = Error;
    Error.prepareStackTrace = format;
    try {
      expect(debug.placeOfCall()).toBe("");
    } finally {
      Error.prepareStackTrace = prepareStackTrace;
    }
  });
});

describe("a cancellation in debug mode", () => {
  test("is astray if no line of the program is in its stack", () => {
    slot.checks = checks;
    const here = cancellation("made in a line of the program");
    const nowhere = Object.assign(new Error("made in the loop"), { stack: "Error: made in the loop" });
    expect([checks.placed(nowhere), allStrays().has(nowhere)]).toEqual([nowhere, true]);
    expect([checks.placed(here), allStrays().has(here)]).toEqual([here, false]);
  });

  const limited = needing("stacks where `Error.stackTraceLimit` is 0");

  test("stays astray until it gets a stack with a line of the program", limited, () => {
    slot.checks = checks;
    const error = Object.assign(new Error("stop"), { stack: "Error: stop" });
    const strays = allStrays();
    checks.placed(error as never);
    function settles(): void {
      strays.settleCancellation(error, settles);
    }
    const before = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    settles();
    Error.stackTraceLimit = before;
    expect(strays.has(error)).toBe(true);
    function caller(): void {
      settles();
    }
    caller();
    expect([strays.has(error), error.stack]).toEqual([false, expect.stringContaining("at caller")]);
    const other = new Error("no cancellation");
    const { stack } = other;
    strays.settleCancellation(other, settles);
    expect(other.stack).toBe(stack);
  });
});
