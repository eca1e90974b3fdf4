/**
 * Wrong arguments of every public function of the packages up to this one: each is a clear error, or does
 * what is documented.
 */
import { coroutine, isCoroutine } from "@asyncio-ts/coroutine";
import { Future, isFuture } from "@asyncio-ts/future";
import { EventLoop, type Executor, getRunningLoop, newEventLoop } from "@asyncio-ts/loop";
import { explore, virtualLoop } from "@asyncio-ts/loop/testing";
import {
  abortable,
  allTasks,
  asCompleted,
  captureCallGraph,
  createTask,
  ensureFuture,
  ExceptionGroup,
  formatCallGraph,
  gather,
  printCallGraph,
  run,
  Runner,
  shield,
  sleep,
  TaskGroup,
  timeout,
  timeoutAt,
  wait,
  waitFor,
} from "@asyncio-ts/task";
import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { acceptedBy, type Call, type Junk, junk } from "@asyncio-ts/testkit";

const everything = Object.keys(junk) as Junk[];
/** A body is a function here; an object that has no `then` is none. */
const bodies: Junk[] = ["function"];
/** Options may be left out, and are any object but an array. */
const options: Junk[] = ["undefined", "object", "date", "async generator"];
const flags: Junk[] = ["undefined", "true"];
const milliseconds: Junk[] = ["-1", "0.5"];
const orNull: Junk[] = ["null", ...milliseconds];

const body = (): Promise<void> => sleep(0).then(() => {});
interface Work {
  readonly f: () => void;
}
const executor: Executor<never> = { submit: () => new Future(), shutdown: async () => {} };

const ofFuture: Call[] = [
  ["new Future()", options, (x) => void new Future(x)],
  ["new Future()", ["undefined"], (x) => void new Future({ loop: x })],
  ["addDoneCallback()", ["function"], (x) => new Future().addDoneCallback(x)],
  ["removeDoneCallback()", everything, (x) => new Future().removeDoneCallback(x)],
  ["coroutine()", ["function"], (x) => coroutine(x)],
  ["isFuture()", everything, (x) => isFuture(x)],
  ["isCoroutine()", everything, (x) => isCoroutine(x)],
];

const ofLoop: Call[] = [
  ["new EventLoop()", options, (x) => new EventLoop(x)],
  ["new EventLoop()", ["undefined"], (x) => new EventLoop({ host: x })],
  ["new EventLoop()", ["undefined", "function"], (x) => new EventLoop({ order: x })],
  ["new EventLoop()", flags, (x) => new EventLoop({ debug: x })],
  ["new EventLoop()", options, (x) => newEventLoop(x)],
  ["debug of an EventLoop", ["true"], (x) => void (newEventLoop().debug = x)],
  ["callSoon()", ["function"], (x) => getRunningLoop().callSoon(x)],
  ["callLater()", milliseconds, (x) => getRunningLoop().callLater(x, () => {})],
  ["callLater()", ["function"], (x) => getRunningLoop().callLater(1, x)],
  ["callAt()", milliseconds, (x) => getRunningLoop().callAt(x, () => {})],
  ["callAt()", ["function"], (x) => getRunningLoop().callAt(1, x)],
  ["runUntilComplete()", bodies, (x) => newEventLoop().runUntilComplete(x)],
  ["setExceptionHandler()", ["undefined", "function"], (x) => newEventLoop().setExceptionHandler(x)],
  [
    "callExceptionHandler()",
    ["object", "array", "date", "async generator"],
    (x) => newEventLoop().callExceptionHandler(x),
  ],
  [
    "defaultExceptionHandler()",
    ["object", "array", "date", "async generator"],
    (x) => newEventLoop().defaultExceptionHandler(x),
  ],
  ["runInExecutor()", [], (x) => getRunningLoop().runInExecutor<Work, "f">(orNothing(x), "f")],
  ["runInExecutor()", ["text"], (x) => void getRunningLoop().runInExecutor(executor, x)],
  ["setDefaultExecutor()", [], (x) => getRunningLoop().setDefaultExecutor(x)],
  ["shutdownDefaultExecutor()", options, (x) => getRunningLoop().shutdownDefaultExecutor(x)],
  ["signal", [], (x) => getRunningLoop().addSignalHandler(x, () => {})],
  ["addSignalHandler()", ["function"], (x) => newEventLoop().addSignalHandler("SIGUSR2", x)],
  ["removeSignalHandler()", everything, (x) => getRunningLoop().removeSignalHandler(x)],
  ["explore()", ["function"], (x) => outside(() => explore(x, { runs: 1 }))],
  ["explore()", options, (x) => outside(() => explore(() => body(), x))],
  ["explore()", ["undefined"], (x) => outside(() => explore(body, { runs: x }))],
  ["explore()", ["undefined", "-1"], (x) => outside(() => explore(body, { runs: 1, seed: x }))],
];

const ofTask: Call[] = [
  ["run()", bodies, (x) => outside(() => run(x))],
  ["run()", options, (x) => outside(() => run(body, x))],
  ["run()", flags, (x) => outside(() => run(body, { debug: x }))],
  ["run()", ["undefined", "function"], (x) => outside(() => run(body, { loopFactory: orMade(x) }))],
  ["run()", [], (x) => outside(() => run(body, { loopFactory: () => x }))],
  ["run()", ["undefined", "0.5"], (x) => outside(() => run(body, { gracePeriod: x }))],
  ["new Runner()", options, (x) => new Runner(x)],
  ["run()", bodies, (x) => outside(() => new Runner().run(x))],
  ["Runner.with()", bodies, (x) => outside(() => new Runner().with(x))],
  ["createTask()", bodies, (x) => createTask(x)],
  ["createTask()", options, (x) => createTask(body, x)],
  ["createTask()", ["undefined", "text"], (x) => createTask(body, { name: x })],
  ["createTask()", flags, (x) => createTask(body, { eagerStart: x })],
  ["createTask()", ["undefined"], (x) => createTask(body, { context: x })],
  ["task.name", ["text"], (x) => void (createTask(body).name = x)],
  ["allTasks()", ["undefined"], (x) => void allTasks(x)],
  ["sleep()", milliseconds, (x) => sleep(x)],
  ["gather()", ["object", "array"], (x) => gather(x)],
  ["gather()", bodies, (x) => gather([x])],
  ["gather()", options, (x) => gather([], x)],
  ["gather()", flags, (x) => gather([], { returnExceptions: x })],
  ["wait()", [], (x) => wait(x)],
  ["wait()", [], (x) => wait([x])],
  ["wait()", options, (x) => wait([createTask(body)], x)],
  ["wait()", ["undefined", ...orNull], (x) => wait([createTask(body)], { timeout: x })],
  ["wait()", ["undefined"], (x) => wait([createTask(body)], { returnWhen: x })],
  ["waitFor()", bodies, (x) => waitFor(x, 1)],
  ["waitFor()", bodies, (x) => waitFor(x, null)],
  ["waitFor()", ["null", "0.5"], (x) => waitFor(sleep(0), notNegative(x))],
  ["waitFor()", flags, (x) => waitFor(sleep(0), 1, { abandon: x })],
  ["timeout()", orNull, (x) => timeout(x)],
  ["timeout()", flags, (x) => timeout(1, { abandon: x })],
  ["Timeout.with()", bodies, (x) => timeout(1).with(x)],
  ["timeoutAt()", orNull, (x) => timeoutAt(x)],
  ["asCompleted()", ["array"], (x) => asCompleted(x)],
  // It fails when it is asked for, as a promise that is awaited does.
  ["asCompleted()", [...bodies, "proxy"], (x) => asCompleted([x])],
  ["asCompleted()", options, (x) => asCompleted([], x)],
  ["asCompleted()", ["undefined", ...orNull], (x) => asCompleted([], { timeout: x })],
  ["shield()", bodies, (x) => shield(x)],
  ["ensureFuture()", bodies, (x) => ensureFuture(x)],
  ["new TaskGroup()", [], (x) => new (TaskGroup as new (x: unknown) => unknown)(x)],
  ["TaskGroup.with()", bodies, (x) => new TaskGroup().with(x)],
  ["createTask()", bodies, (x) => new TaskGroup().with(async (group) => void group.createTask(x))],
  ["createTask()", options, (x) => new TaskGroup().with(async (group) => void group.createTask(body, x))],
  ["new ExceptionGroup()", ["text"], (x) => new ExceptionGroup(x, [1])],
  ["new ExceptionGroup()", [], (x) => new ExceptionGroup("m", x)],
  ["new ExceptionGroup()", options, (x) => new ExceptionGroup("m", [1], x)],
  ["split()", ["array", "function"], (x) => new ExceptionGroup("m", [1]).split(x)],
  ["split()", [], (x) => new ExceptionGroup("m", [1]).split([x])],
  ["subgroup()", ["array", "function"], (x) => new ExceptionGroup("m", [1]).subgroup(x)],
  ["subgroup()", [], (x) => new ExceptionGroup("m", [1]).subgroup([Error, x])],
  ["abortable()", [], (x) => abortable(x)],
  ["abortable()", [], (x) => abortable(() => x)],
  ["captureCallGraph()", ["undefined"], (x) => void captureCallGraph(x)],
  ["formatCallGraph()", ["undefined"], (x) => formatCallGraph(x)],
  ["printCallGraph()", ["undefined"], (x) => printCallGraph(x)],
  ["printCallGraph()", ["undefined", "function"], (x) => printCallGraph(undefined, x)],
];

/** Null is the default executor, and there is none: that is another error. */
function orNothing(value: unknown): never {
  return (value === null ? undefined : value) as never;
}

/** A function that makes no loop is for the next line of the table. */
function orMade(value: unknown): never {
  return (typeof value === "function" ? undefined : value) as never;
}

/** A time that is over already is no misuse. */
function notNegative(value: unknown): never {
  return (value === -1 ? NaN : value) as never;
}

/** Outside the task that makes the call, as a program would be run. */
function outside(start: () => Promise<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    getRunningLoop().callSoon(() => void start().then(resolve, reject));
  });
}

describe.each([
  ["future", ofFuture],
  ["loop", ofLoop],
  ["task", ofTask],
])("of wrong arguments, in the package %s,", (_, calls) => {
  test.each(calls.map((call, index) => [call[0], index, call] as const))(
    "%s accepts what it can use, and says of all else what is wrong (row %i)",
    async (_name, _index, call) => {
      const silent = [vi.spyOn(console, "error"), vi.spyOn(console, "log")];
      for (const spy of silent) spy.mockImplementation(() => {});
      try {
        expect(await acceptedBy(call)).toEqual(everything.filter((kind) => call[1].includes(kind)));
      } finally {
        for (const spy of silent) spy.mockRestore();
      }
    },
  );
});

describe("a loopFactory must make a new loop", () => {
  test("not one that is closed", async () => {
    const loop = newEventLoop();
    loop.close();
    await expect(run(body, { loopFactory: () => loop })).rejects.toThrow(
      "the loopFactory of run() and Runner must return a new EventLoop, got <EventLoop closed>; write { loopFactory: newEventLoop }",
    );
  });

  test("not one that runs, which goes on", async () => {
    const loop = virtualLoop();
    const running = loop.runForever();
    await expect(run(body, { loopFactory: () => loop })).rejects.toThrow("got <EventLoop running>");
    expect([loop.isRunning(), loop.isClosed()]).toEqual([true, false]);
    loop.stop();
    await running;
    loop.close();
  });
});

describe("in the console, an object shows its state in words, and not its fields", () => {
  test.each<[string, () => object]>([
    ["<TaskGroup not entered, 0 tasks, 0 errors>", () => new TaskGroup()],
    ["<Timeout created>", () => timeout(1)],
    ["<Runner created>", () => new Runner()],
    ["<EventLoop stopped>", () => newEventLoop({ debug: false })],
    ["<EventLoop stopped, in debug mode>", () => newEventLoop({ debug: true })],
    ["<AsCompleted 2 to give, 2 running>", () => asCompleted([new Future(), new Future()])],
    ["<Future pending>", () => new Future()],
  ])("%s", (text, make) => {
    const object = make();
    expect([inspect(object), `${object as unknown as string}`]).toEqual([text, text]);
  });

  test("a runner is open, then running, then closed", async () => {
    const states: string[] = [];
    const runner = new Runner({ loopFactory: virtualLoop });
    await runner.with(async () => {
      states.push(String(runner));
      await runner.run(async () => void states.push(String(runner)));
    });
    states.push(String(runner));
    expect(states).toEqual(["<Runner open>", "<Runner running>", "<Runner closed>"]);
  });

  test("a group of errors shows its errors", () => {
    expect(inspect(new ExceptionGroup("two", [new TypeError("a"), 5]))).toMatch(
      /^ExceptionGroup: two \(2 sub-exceptions: TypeError: a; 5\)[^]*\[errors\]: \[\s+TypeError: a[^]*5\s+\]/,
    );
  });
});

describe("what can't be gathered says so", () => {
  test.each<[string, () => unknown, RegExp]>([
    [
      "an async generator",
      junk["async generator"],
      /^gather\(\) needs a list of .*, got an object of class AsyncGenerator; loop over it with `for await`/,
    ],
    ["a map", () => new Map([["a", 1]]), /got an object of class Map; write gather\(map\.values\(\)\)$/],
    [
      "an object in which there is nothing",
      () => new WeakMap(),
      /got an object of class WeakMap; write gather/,
    ],
    // oxlint-disable-next-line unicorn/no-thenable -- what is tested
    ["a thenable", () => ({ then: () => {} }), /^gather\(\) needs a list of .*; write gather\(\[a, b\]\)$/],
    ["a future, which has an iterator", () => new Future(), /^gather\(\) needs a list of .*; write gather/],
    ["an array-like", () => ({ length: 1, 0: 5 }), /^gather\(\), at 0, needs a coroutine object/],
  ])("%s", (_, make, message) => {
    expect(() => gather(make() as [])).toThrow(message);
  });

  test("wait() and asCompleted() refuse an async generator with their own names", async () => {
    const generator = junk["async generator"]() as never;
    await expect(wait(generator)).rejects.toThrow(/^wait\(\) needs a list .*`for await`/);
    expect(() => asCompleted(generator)).toThrow(/^asCompleted\(\) needs a list .*`for await`/);
  });

  test("a record without a prototype, and a class's fields, can be", async () => {
    class Fields {
      readonly a = sleep(1, "a");
    }
    const record = Object.assign(Object.create(null) as { b?: unknown }, { b: sleep(1, "b") });
    expect(await gather({ ...new Fields() })).toEqual({ a: "a" });
    expect(await gather(new Fields() as unknown as Record<string, Promise<string>>)).toEqual({ a: "a" });
    expect(await gather(record)).toEqual({ b: "b" });
  });
});

test("split() refuses an async predicate, which would choose all", () => {
  const group = new ExceptionGroup("m", [1]);
  expect(() => group.split((async () => false) as unknown as () => boolean)).toThrow(
    "an async function or a generator function",
  );
  expect(group.split([])).toEqual([undefined, group]);
});
