/**
 * The text of the objects of every public class of all packages, in `console.log` and messages: one line, in
 * words, without private fields. An error shows its stack, and only fields that are documented.
 */
import * as asyncio from "asyncio-ts";
import { inspect } from "node:util";
import { expect, test } from "vitest";

const moduleUrl = new URL("nowhere.js", import.meta.url);
const callback = (): void => {};
const forever = (): asyncio.Coroutine<void> => asyncio.sleep(60_000);

/** Makes an object of each class, in a list, since many can be awaited; and says how it is shown. */
const shown: Record<string, [make: () => [object] | Promise<[object]>, text: RegExp]> = {
  AsCompleted: [() => [asyncio.asCompleted([])], /^<AsCompleted 0 to give, 0 running>$/],
  Barrier: [() => [new asyncio.Barrier(2)], /^<Barrier filling, 0 of 2 waiting>$/],
  Broadcast: [() => [new asyncio.Broadcast()], /^<Broadcast 0 subscribers>$/],
  BoundedSemaphore: [() => [new asyncio.BoundedSemaphore(2)], /^<BoundedSemaphore /],
  Condition: [() => [new asyncio.Condition()], /^<Condition /],
  Context: [() => [new asyncio.Context()], /^<Context without values>$/],
  ContextVar: [() => [new asyncio.ContextVar("user")], /^<ContextVar 'user'>$/],
  Coroutine: [() => [asyncio.coroutine(async function fetchPage() {})()], /^<Coroutine fetchPage>$/],
  Event: [() => [new asyncio.Event()], /^<Event /],
  EventLoop: [() => [asyncio.newEventLoop()], /^<EventLoop stopped>$/],
  Flow: [() => [asyncio.interval(5)], /^<interval open>$/],
  Future: [() => [new asyncio.Future()], /^<Future pending>$/],
  Guard: [async () => [await new asyncio.Lock().acquire()], /^<Guard of <Lock /],
  Handle: [() => [asyncio.newEventLoop().callSoon(callback)], /^<Handle callback/],
  Job: [
    async () => {
      const pool = new asyncio.ThreadPoolExecutor<never>(moduleUrl, { maxWorkers: 1 });
      const job = (pool as asyncio.ThreadPoolExecutor<{ f: () => void }>).submit("f");
      job.cancel();
      await pool.shutdown();
      return [job];
    },
    /^<Job 'f' cancelled>$/,
  ],
  LifoQueue: [() => [new asyncio.LifoQueue()], /^<LifoQueue /],
  Lock: [() => [new asyncio.Lock()], /^<Lock unlocked, 0 waiting>$/],
  MoveOnAfter: [() => [asyncio.moveOnAfter(5)], /^<MoveOnAfter created>$/],
  PriorityQueue: [() => [new asyncio.PriorityQueue()], /^<PriorityQueue /],
  Process: [
    async () => {
      const process = await asyncio.createSubprocessExec("true");
      await process.wait();
      return [process];
    },
    /^<Process true with pid \d+, ended with exit code 0>$/,
  ],
  ProcessPoolExecutor: [() => [new asyncio.ProcessPoolExecutor<never>(moduleUrl)], /^<ProcessPoolExecutor /],
  Queue: [() => [new asyncio.Queue()], /^<Queue /],
  RateLimiter: [() => [new asyncio.RateLimiter(1, 5)], /^<RateLimiter 1 per 5 ms>$/],
  Runner: [() => [new asyncio.Runner()], /^<Runner created>$/],
  Server: [
    async () => {
      const server = await asyncio.startServer(callback, "127.0.0.1", 0);
      server.close();
      return [server];
    },
    /^<Server closed, 127\.0\.0\.1:0, 0 connections>$/,
  ],
  StreamReader: [() => [new asyncio.StreamReader()], /^<StreamReader 0 bytes>$/],
  StreamWriter: [
    async () => {
      const server = await asyncio.startServer((_reader, writer) => writer.close(), "127.0.0.1", 0);
      const [, writer] = await asyncio.openConnection("127.0.0.1", server.port);
      writer.close();
      await writer.waitClosed();
      server.close();
      return [writer];
    },
    /^<StreamWriter closed, to 127\.0\.0\.1:\d+>$/,
  ],
  Semaphore: [() => [new asyncio.Semaphore(2)], /^<Semaphore /],
  Subscription: [() => [new asyncio.Broadcast().subscribe()], /^<Subscription open>$/],
  Task: [
    async () => {
      const task = asyncio.createTask(forever, { name: "t" });
      task.cancel();
      await task.catch(callback);
      return [task];
    },
    /^<Task 't' \(forever\) cancelled>$/,
  ],
  TaskGroup: [() => [new asyncio.TaskGroup()], /^<TaskGroup not entered, 0 tasks, 0 errors>$/],
  ThreadPoolExecutor: [() => [new asyncio.ThreadPoolExecutor<never>(moduleUrl)], /^<ThreadPoolExecutor /],
  Token: [
    () => [new asyncio.Context().run(() => new asyncio.ContextVar("user").set(1))],
    /^<Token of <ContextVar 'user'>>$/,
  ],
  TimerHandle: [() => [asyncio.newEventLoop().callLater(1, callback)], /^<TimerHandle callback.* when=\d/],
  Timeout: [() => [asyncio.timeout(null)], /^<Timeout created>$/],
};

/** The classes of errors; each may have fields of its own. */
const errors: Record<string, [make: () => Error, fields: string[]]> = {
  BrokenBarrierError: [() => new asyncio.BrokenBarrierError("m"), []],
  BrokenExecutorError: [() => new asyncio.BrokenExecutorError("m"), []],
  CalledProcessError: [
    () => new asyncio.CalledProcessError("git", ["push"], 1, null, null),
    ["program", "args", "returncode", "stdout", "stderr"],
  ],
  CancelledError: [() => new asyncio.CancelledError("m"), []],
  ConnectionError: [() => Reflect.construct(asyncio.ConnectionError, ["m", "ECONNRESET"]) as Error, ["code"]],
  DeadlockError: [() => new asyncio.DeadlockError("m"), []],
  ExceptionGroup: [() => new asyncio.ExceptionGroup("m", [new Error("e")]), []],
  ExecutorFullError: [() => new asyncio.ExecutorFullError("m"), []],
  IncompleteReadError: [() => new asyncio.IncompleteReadError(new Uint8Array(1), 2), ["partial", "expected"]],
  InvalidStateError: [() => new asyncio.InvalidStateError("m"), []],
  KeyboardInterrupt: [() => new asyncio.KeyboardInterrupt("SIGINT"), ["signal"]],
  LimitOverrunError: [() => new asyncio.LimitOverrunError("m", 1), ["consumed"]],
  LookupError: [() => new asyncio.LookupError("m"), []],
  ProcessLookupError: [() => new asyncio.ProcessLookupError("m"), []],
  QueueEmpty: [() => new asyncio.QueueEmpty("m"), []],
  QueueFull: [() => new asyncio.QueueFull("m"), []],
  QueueShutDown: [() => new asyncio.QueueShutDown("m"), []],
  TimeoutError: [() => new asyncio.TimeoutError("m"), []],
};

/** Base classes, of which there are no objects. */
const abstract = ["Acquirable", "PoolExecutor"];

test("each public class has its row", () => {
  const classes = Object.entries(asyncio as Record<string, unknown>)
    .filter(([, value]) => typeof value === "function" && /^class\b/.test(String(value)))
    .map(([name]) => name);
  expect([...Object.keys(shown), ...Object.keys(errors), ...abstract].sort()).toEqual(classes.sort());
});

test.each(Object.entries(shown))(
  "an object of %s is one line, without its fields",
  async (name, [make, text]) => {
    const [object] = await make();
    expect(inspect(object)).toMatch(text);
    expect(inspect(object)).not.toContain("\n");
    expect(String(object)).toBe(inspect(object));
    expect(inspect({ object }, { depth: 0 }), name).not.toContain("private");
  },
);

test("the promise of then() is one line too", () => {
  const loop = asyncio.newEventLoop();
  for (const object of [new asyncio.Future({ loop }).then(), new asyncio.Future({ loop }).catch(callback)]) {
    expect(inspect(object)).toBe("[object Promise]");
  }
});

test.each(Object.entries(errors))("an error of %s shows its message and stack", (name, [make, fields]) => {
  const error = make();
  expect(Object.keys(error)).toEqual(fields);
  expect(inspect(error).split("\n")[0]).toMatch(new RegExp(`^\\[?${name}: \\w+`));
  expect(String(error).split(":")[0]).toBe(name);
});
