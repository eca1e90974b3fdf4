import { runInNewContext } from "node:vm";
import { Future } from "@asyncio-ts/future";
import { EventLoop } from "@asyncio-ts/loop";
import { Lock, Queue } from "@asyncio-ts/sync";
import { createTask, currentTask, gather, run, sleep, type Task } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf, type Program } from "@asyncio-ts/testkit";
import { collectGarbage } from "@asyncio-ts/testkit/collect-garbage";
import { needing } from "@asyncio-ts/testkit/needing";
import { describe, expect, test } from "vitest";
import { defineRecorder, makeRecorder, type Recorder } from "../src/recorder.js";
import { type Recording, type RecordingOptions, startRecording } from "../src/recording.js";
import { snapshot } from "../src/take-snapshot.js";
import type { Trace, TraceEvent, TracedWait } from "../src/trace.js";

/** Begins a recording in the time of the loop of the calling task. */
function startVirtual(options?: RecordingOptions): Recording {
  const loop = (currentTask() as Task<unknown>).getLoop();
  return startRecording({ ...options, clock: () => loop.time() });
}

/** Writes each event as a line, with the names of tasks and objects in place of their numbers. */
function linesOf({ tasks, objects, events }: Trace): string[] {
  const names = new Map<number | null, string>([[null, "-"]]);
  for (const { id, name } of [...tasks, ...objects]) names.set(id, name);
  const wait = (waited: TracedWait | null): string => {
    if (waited === null) return "-";
    const { kind, text, task, object } = waited;
    return `${kind} ${text}${object === undefined ? "" : ` of ${names.get(object)}`}${task === undefined ? "" : `: ${names.get(task)}`}`;
  };
  const line = (event: TraceEvent): string => {
    switch (event.kind) {
      case "step": {
        const by = event.wokenBy === null ? "" : `, woken by ${names.get(event.wokenBy)}`;
        return `step ${names.get(event.task)}${by}, ${event.ready} ready: ${wait(event.waitsFor)}`;
      }
      case "wait":
        return `wait ${names.get(event.task)}: ${wait(event.waitsFor)}`;
      case "cancel":
        return `cancel ${names.get(event.task)} by ${names.get(event.by)}: ${event.message}`;
      case "end":
        return `end ${names.get(event.task)}: ${event.outcome}`;
      case "size":
        return `size ${names.get(event.object)}: ${event.size}`;
      default:
        return `made ${names.get(event.task)}`;
    }
  };
  return events.map((event) => `${event.time} ${line(event)}`);
}

function slotOf(): { readonly observer: unknown; readonly waits: unknown } {
  return (globalThis as { [slot: symbol]: unknown })[Symbol.for("asyncio-ts.slot")] as never;
}

describe.each(bothKinds)("a recording of %s", ({ body, runProgram, inGroup }) => {
  const named = <T>(name: string, program: () => Program<T>, eagerStart = false): Task<T> =>
    createTask(body(program), { name, eagerStart });

  test("tells what each task did, for what it waited, and who woke it", async () => {
    const trace = await runProgram(function* () {
      (currentTask() as Task<unknown>).name = "main";
      const recording = startVirtual();
      const lock = new Lock();
      const queue = new Queue<number>(1);
      yield* awaited(
        inGroup(function* (group) {
          const add = (name: string, program: () => Program<void>): unknown =>
            group.createTask(body(program), { name });
          add("holder", function* () {
            yield* awaited(lock.acquire());
            yield* awaited(sleep(100));
            lock.release();
            yield* awaited(sleep(0));
          });
          add("putter", function* () {
            yield* awaited(lock.acquire());
            lock.release();
            queue.putNowait(1);
            yield* awaited(queue.put(2));
          });
          add("getter", function* () {
            yield* awaited(sleep(300));
            queue.getNowait();
          });
          yield* awaited(sleep(1));
        }),
      );
      const doomed = named("doomed", () => awaited(sleep(1000)));
      yield* awaited(sleep(1));
      doomed.cancel("enough");
      yield* errorOf(doomed);
      recording.stop();
      return recording.trace();
    });
    expect(linesOf(trace)).toEqual([
      "0 made holder",
      "0 made putter",
      "0 made getter",
      "0 wait main: timer sleep(1)",
      "0 step holder, woken by main, 2 ready: timer sleep(100)",
      "0 step putter, woken by main, 1 ready: lock Lock.acquire() of Lock 1",
      "0 step getter, woken by main, 0 ready: timer sleep(300)",
      "1 step main, 0 ready: future the tasks of <TaskGroup entered, 3 tasks, 0 errors>",
      "100 step holder, 0 ready: step the next iteration of the loop",
      "100 step putter, woken by holder, 1 ready: queue Queue.put() of Queue 1",
      "100 size Queue 1: 1",
      "100 step holder, 0 ready: -",
      "100 end holder: returned",
      "300 step getter, 0 ready: -",
      "300 end getter: returned",
      "300 size Queue 1: 0",
      "300 step putter, woken by getter, 1 ready: -",
      "300 end putter: returned",
      "300 step main, woken by putter, 0 ready: timer sleep(1)",
      "300 made doomed",
      "300 step doomed, woken by main, 0 ready: timer sleep(1000)",
      "301 step main, 0 ready: task Task 'doomed': doomed",
      "301 cancel doomed by main: enough",
      "301 step doomed, woken by main, 0 ready: -",
      "301 end doomed: cancelled",
      "301 step main, woken by doomed, 0 ready: -",
    ]);
    const main = trace.tasks[0];
    expect(trace.tasks.map(({ name, maker }) => [name, maker === main?.id])).toEqual([
      ["main", false],
      ["holder", true],
      ["putter", true],
      ["getter", true],
      ["doomed", true],
    ]);
    expect(trace.groups).toEqual([{ id: trace.tasks[1]?.group, parent: main?.id }]);
    expect([main?.madeAt, main?.endedAt, trace.tasks[4]?.outcome]).toEqual([0, null, "cancelled"]);
    expect([trace.duration, trace.dropped, trace.ended]).toEqual([301, 0, null]);
  });

  test("names tasks as a snapshot does", () =>
    runProgram(function* () {
      const recording = startVirtual();
      const sleeper = named("sleeper", () => awaited(sleep(10)));
      yield* awaited(sleep(1));
      const ids = (tasks: readonly { readonly id: number; readonly name: string; readonly loop: number }[]) =>
        tasks.map(({ id, name, loop }) => [id, name, loop]);
      expect(ids(recording.trace().tasks)).toEqual(ids(snapshot().tasks));
      recording.stop();
      yield* awaited(sleeper);
    }));

  test("begins in the middle, with the waits in flight, and again after its end", () =>
    runProgram(function* () {
      (currentTask() as Task<unknown>).name = "main";
      const future = new Future<void>();
      const patient = named("patient", () => awaited(future));
      yield* awaited(sleep(1));
      const late = named("late", () => awaited(sleep(1)));
      const first = startVirtual();
      yield* awaited(sleep(5));
      first.stop();
      const second = startVirtual();
      future.setResult();
      yield* awaited(patient);
      second.stop();
      first.stop();
      expect(linesOf(first.trace())).toEqual([
        "0 wait patient: future Future",
        "0 wait late: step its first step",
        "0 wait main: timer sleep(5)",
        "0 step late, 0 ready: timer sleep(1)",
        "1 step late, 0 ready: -",
        "1 end late: returned",
        "5 step main, 0 ready: -",
      ]);
      expect(linesOf(second.trace())).toEqual([
        "0 wait patient: future Future",
        "0 wait main: task Task 'patient': patient",
        "0 step patient, woken by main, 0 ready: -",
        "0 end patient: returned",
        "0 step main, woken by patient, 0 ready: -",
      ]);
      expect([slotOf().observer, slotOf().waits, late.done()]).toEqual([undefined, undefined, true]);
    }));

  test("is the same as another that goes on at once", () =>
    runProgram(function* () {
      const recordings = [startVirtual(), startVirtual()];
      yield* awaited(named("a", () => awaited(sleep(3))));
      const [first = [], second] = recordings.map((recording) => linesOf(recording.trace()));
      expect(first.length).toBeGreaterThan(5);
      expect(second).toEqual(first);
      for (const recording of recordings) recording.stop();
    }));

  test("tells the waits of a task that was started eagerly, and whom its code wakes", () =>
    runProgram(function* () {
      (currentTask() as Task<unknown>).name = "main";
      const future = new Future<void>();
      const woken = named("woken", () => awaited(future));
      yield* awaited(sleep(1));
      const recording = startVirtual();
      const eager = named(
        "eager",
        function* () {
          future.setResult();
          yield* awaited(sleep(1));
        },
        true,
      );
      yield* awaited(eager);
      recording.stop();
      yield* awaited(woken);
      expect(linesOf(recording.trace())).toContain("0 step woken, woken by eager, 0 ready: -");
      expect(linesOf(recording.trace())).toContain("0 wait eager: timer sleep(1)");
    }));

  test("keeps the latest events, and forgets the tasks of those that it drops", () =>
    runProgram(function* () {
      const recording = startVirtual({ limit: 10_000 });
      const ends: number[] = [];
      for (let i = 0; i < 6000; i++) {
        const task = named(`task ${i}`, function* () {
          yield* awaited(sleep(0));
        });
        yield* awaited(task);
        ends.push(i);
      }
      const trace = recording.trace();
      expect([trace.events.length, ends.length]).toEqual([10_000, 6000]);
      // Each has a row when it is made, for two steps and its end, and wakes this task once.
      expect(trace.dropped).toBeGreaterThan(20_000);
      expect(trace.events.at(-1)).toMatchObject({ kind: "step", waitsFor: null });
      expect(trace.tasks.length).toBeLessThan(5000);
      expect(trace.tasks.at(-1)?.name).toBe("task 5999");
      const known = new Set(trace.tasks.map(({ id }) => id));
      for (const event of trace.events) if ("task" in event) expect(known).toContain(event.task);
      recording.stop();
      expect(recording.trace().events).toHaveLength(10_000);
    }));

  test("keeps its step when a turn fills the memory that it began in", () =>
    runProgram(function* () {
      (currentTask() as Task<unknown>).name = "main";
      yield* awaited(sleep(1));
      const recording = startVirtual();
      yield* awaited(sleep(1));
      const tasks = Array.from({ length: 9000 }, (_, i) => named(`task ${i}`, () => awaited(sleep(0))));
      yield* awaited(sleep(7));
      recording.stop();
      expect(tasks.every((task) => task.done())).toBe(true);
      const { events, tasks: traced } = recording.trace();
      const main = traced.find(({ name }) => name === "main")?.id;
      const step = events.find((event) => event.kind === "step" && event.task === main);
      expect(step).toMatchObject({ waitsFor: { kind: "timer", text: "sleep(7)" } });
      const ready = events.flatMap((event) => (event.kind === "step" ? [event.ready] : []));
      expect(Math.max(...ready)).toBe(8999);
    }));

  test("survives what throws when it is looked at", () =>
    runProgram(function* () {
      class Hostile extends Future<void> {
        override toString(): string {
          throw new Error("toString");
        }
      }
      class Unsized extends Queue<number> {
        override qsize(): number {
          throw new Error("qsize");
        }
      }
      (currentTask() as Task<unknown>).name = "main";
      let reads = 0;
      const recording = startRecording({
        clock: () => {
          if (++reads > 1) throw new Error("clock");
          return 0;
        },
      });
      const future = new Hostile();
      const queue = new Unsized();
      const tasks: Task<unknown>[] = [
        named("a", () => awaited(future)),
        named("b", () => awaited(queue.get())),
      ];
      yield* awaited(sleep(1));
      future.setResult();
      queue.putNowait(1);
      for (const task of tasks) yield* awaited(task);
      recording.stop();
      expect(linesOf(recording.trace())).toContain("0 step a, woken by main, 1 ready: future a future");
      expect(linesOf(recording.trace())).toContain("0 size Queue 1: 0");
    }));

  test("keeps no task, future or lock alive", needing("precise garbage collector"), async () => {
    const collected: string[] = [];
    const registry = new FinalizationRegistry<string>((name) => collected.push(name));
    const recording = startRecording();
    await runProgram(function* () {
      yield* awaited(
        named("short", function* () {
          const lock = new Lock();
          const future = new Future<object>();
          const value = {};
          registry.register(lock, "lock");
          registry.register(future, "future");
          registry.register(value, "value");
          registry.register(currentTask() as object, "task");
          yield* awaited(lock.acquire());
          const waiter = named("waiter", () => awaited(lock.acquire()));
          yield* awaited(sleep(1));
          lock.release();
          yield* awaited(waiter);
          const reader = named("reader", () => awaited(future));
          yield* awaited(sleep(1));
          future.setResult(value);
          yield* awaited(reader);
        }),
      );
    });
    for (let i = 0; i < 20 && collected.length < 4; i++) await collectGarbage();
    expect([...collected].sort()).toEqual(["future", "lock", "task", "value"]);
    expect(recording.trace().objects).toHaveLength(1);
    recording.stop();
  });

  test("has the totals of the tasks that are not done, and the latest events of one", () =>
    runProgram(function* () {
      const loop = (currentTask() as Task<unknown>).getLoop();
      const recorder = makeRecorder({ clock: () => loop.time() }) as Recorder;
      const task = named("stepper", function* () {
        for (let i = 0; i < 10; i++) yield* awaited(sleep(2));
      });
      yield* awaited(sleep(7));
      const { id } = snapshot().tasks.find(({ name }) => name === "stepper") as { id: number };
      expect(recorder.totals().find((total) => total.id === id)).toEqual({ id, steps: 4, busy: 0, last: 6 });
      expect(recorder.recent(id, 2).map(({ kind, time }) => [kind, time])).toEqual([
        ["step", 4],
        ["step", 6],
      ]);
      yield* awaited(task);
      expect(recorder.totals().some((total) => total.id === id)).toBe(false);
      recorder.stop();
    }));
});

test("a task that waits for several things has a wait each, and native promises are known", () =>
  bothKinds[0].runProgram(function* () {
    (currentTask() as Task<unknown>).name = "main";
    yield* awaited(sleep(1));
    const recording = startVirtual();
    let resolve = (): void => {};
    const promise = new Promise<void>((settle) => (resolve = settle));
    const both = createTask(async () => void (await Promise.all([sleep(5), sleep(10)])), { name: "both" });
    const native = createTask(
      async () => {
        await promise;
        await sleep(20);
      },
      { name: "native" },
    );
    yield* awaited(sleep(7));
    resolve();
    yield* awaited(both);
    yield* awaited(native);
    recording.stop();
    const lines = linesOf(recording.trace());
    expect(lines.filter((line) => line.includes("both") && !line.includes("main"))).toEqual([
      "0 made both",
      "0 wait both: timer sleep(5)",
      "0 wait both: timer sleep(10)",
      "5 step both, 0 ready: -",
      "10 step both, 0 ready: -",
      "10 end both: returned",
    ]);
    expect(lines).toContain("7 wait native: timer sleep(20)");
    expect(
      lines.some((line) => line.endsWith("native, woken by main, 0 ready: promise a native promise")),
    ).toBe(true);
  }));

test("callbacks of the program are steps of no task, and what they wake is woken by who scheduled them", () =>
  bothKinds[0].runProgram(function* () {
    const main = currentTask() as Task<unknown>;
    main.name = "main";
    const future = new Future<void>();
    const woken = createTask(async () => await future, { name: "woken" });
    yield* awaited(sleep(1));
    const recording = startVirtual();
    main.getLoop().callSoon(() => future.setResult());
    yield* awaited(gather([woken]));
    recording.stop();
    expect(linesOf(recording.trace()).slice(-4)).toEqual([
      "0 step -, woken by main, 0 ready: -",
      "0 step woken, woken by main, 0 ready: -",
      "0 end woken: returned",
      "0 step main, woken by woken, 0 ready: -",
    ]);
  }));

test("steps follow each other without a gap, each with its own time, for one reading of the clock", () =>
  bothKinds[0].runProgram(function* () {
    (currentTask() as Task<unknown>).name = "main";
    let time = 1000;
    let reads = 0;
    const recording = startRecording({
      clock: () => {
        reads++;
        return time;
      },
    });
    const workers = [0.0004, 5, 0.0003, 5000].map((duration) =>
      createTask(
        async () => {
          for (let i = 0; i < 50; i++) {
            if (i > 0) time += duration;
            await sleep(0);
          }
        },
        { name: `takes ${duration}` },
      ),
    );
    yield* awaited(gather(workers));
    recording.stop();
    const { tasks, events, duration } = recording.trace();
    const steps = events.flatMap((event) => (event.kind === "step" ? [event] : []));
    expect(reads).toBeLessThan(steps.length + 50);
    let end = 0;
    for (const step of steps) {
      expect(step.time).toBeCloseTo(end, 6);
      end = step.time + step.duration;
      const name = tasks.find(({ id }) => id === step.task)?.name;
      if (step.duration > 0) expect(`takes ${step.duration}`).toBe(name);
    }
    expect(end).toBeCloseTo(duration, 6);
    expect(duration).toBeCloseTo(49 * (0.0004 + 5 + 0.0003 + 5000), 3);
  }));

test("a loop with an order of its own is recorded with who woke whom", async () => {
  const recording = startRecording();
  const woken = [1, 2, 3].map(() => new Future<void>());
  const loopFactory = (): EventLoop =>
    new EventLoop({ order: (ready) => ready.map((_, i) => ready.at(-1 - i) as (typeof ready)[0]) });
  await run(
    async () => {
      for (const [i, future] of woken.entries()) {
        createTask(async () => await future, { name: `woken ${i}` });
        createTask(async () => (await sleep(0), future.setResult()), { name: `waker ${i}` });
      }
      await Promise.all(woken);
    },
    { loopFactory },
  );
  recording.stop();
  const { tasks, events } = recording.trace();
  const nameOf = (task: number | null): string | undefined => tasks.find(({ id }) => id === task)?.name;
  const arrows = events.flatMap((event) =>
    event.kind === "step" && nameOf(event.wokenBy)?.startsWith("waker") === true
      ? [`${nameOf(event.wokenBy)}, ${nameOf(event.task)}`]
      : [],
  );
  for (const i of [0, 1, 2]) expect(arrows).toContain(`waker ${i}, woken ${i}`);
});

test("several loops are recorded at once", async () => {
  const recording = startRecording();
  await Promise.all([1, 2].map((i) => run(() => createTask(() => sleep(i), { name: `on ${i}` }))));
  recording.stop();
  const { tasks } = recording.trace();
  expect(new Set(tasks.map(({ loop }) => loop)).size).toBe(2);
  expect(tasks.filter(({ name }) => name.startsWith("on ")).map(({ outcome }) => outcome)).toEqual([
    "returned",
    "returned",
  ]);
});

test("the text of the function is enough in a process without the library", () => {
  expect(runInNewContext(`(${defineRecorder})()()`, { performance })).toBe("absent");
  const newer = { performance, [Symbol.for("asyncio-ts.slot")]: { contract: 2 } };
  expect(runInNewContext(`(${defineRecorder})()()`, newer)).toBe("incompatible");
});

test("a recorder that nobody fetches ends by itself", async () => {
  let expired = 0;
  const recorder = makeRecorder({ expires: 0, expired: () => expired++ }) as Recorder;
  await run(() => sleep(1));
  expect([expired, recorder.head().duration >= 0, slotOf().observer]).toEqual([1, true, undefined]);
});
