import { runInNewContext } from "node:vm";
import { Future } from "@asyncio-ts/future";
import { Lock, Queue } from "@asyncio-ts/sync";
import { currentTask, gather, sleep, type Task, TaskGroup } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf, type Program } from "@asyncio-ts/testkit";
import { describe, expect, test } from "vitest";
import { readSnapshot } from "../src/read-snapshot.js";
import type { TaskSnapshot } from "../src/snapshot.js";
import { snapshot } from "../src/take-snapshot.js";

function find(name: string): TaskSnapshot {
  const task = snapshot().tasks.find((task) => task.name === name);
  if (task === undefined) throw new Error(`no task '${name}' in ${JSON.stringify(snapshot().tasks)}`);
  return task;
}

/** Reads a snapshot with the text of the function alone, in a context that has nothing but these globals. */
function readElsewhere(globals: object = {}): ReturnType<typeof readSnapshot> {
  return runInNewContext(`(${readSnapshot})()`, globals as Record<string, unknown>) as ReturnType<
    typeof readSnapshot
  >;
}

function* end(tasks: readonly Task<unknown>[]): Program<void> {
  for (const task of tasks) task.cancel();
  for (const task of tasks) yield* errorOf(task);
}

describe.each(bothKinds)("a snapshot, with %s", ({ startTask, runProgram, inGroup }) => {
  const named = <T>(name: string, program: () => Program<T>): Task<T> => {
    const task = startTask(program);
    task.name = name;
    return task;
  };

  test("tells what each task waits for", () =>
    runProgram(function* () {
      const lock = new Lock();
      const queue = new Queue<number>();
      const future = new Future<void>();
      yield* awaited(lock.acquire());
      const sleeper = named("sleeper", () => awaited(sleep(1000)));
      const tasks: Task<unknown>[] = [
        sleeper,
        named("locked out", () => awaited(lock.acquire())),
        named("hungry", () => awaited(queue.get())),
        named("patient", () => awaited(future)),
        named("above", () => awaited(sleeper)),
      ];
      yield* awaited(sleep(400));
      expect(tasks.map(({ name }) => find(name).state)).toEqual(Array(5).fill("waiting"));
      expect(tasks.map(({ name }) => find(name).waitsFor)).toEqual([
        [{ kind: "timer", delay: 1000, left: 600, text: "<sleep(1000) pending>" }],
        [
          {
            kind: "lock",
            waiting: 1,
            of: "<Lock locked, 1 waiting>",
            object: expect.any(Number) as number,
            handovers: 0,
            text: "<Lock.acquire() pending>",
          },
        ],
        [
          {
            kind: "queue",
            waiting: 1,
            size: 0,
            maxsize: 0,
            of: "<Queue 0 items, 1 getting, 0 putting>",
            object: expect.any(Number) as number,
            text: "<Queue.get() pending>",
          },
        ],
        [{ kind: "future", text: "<Future pending>" }],
        [{ kind: "task", task: find("sleeper").id, text: "<Task 'sleeper' pending>" }],
      ]);
      expect(find("sleeper").awaitedBy).toEqual([find("above").id]);
      yield* end(tasks);
    }));

  test("tells the states apart: running, ready, waiting", () =>
    runProgram(function* () {
      const future = new Future<void>();
      const waiting = named("woken", () => awaited(future));
      const begun = named("begun", () => awaited(sleep(10)));
      expect([find("begun").state, find("begun").waitsFor]).toEqual([
        "ready",
        [{ kind: "step", text: "its first step" }],
      ]);
      yield* awaited(sleep(0));
      yield* awaited(sleep(0));
      expect(["begun", "woken"].map((name) => find(name).state)).toEqual(["waiting", "waiting"]);
      future.setResult();
      expect(find("woken").state).toBe("ready");
      const self = find(currentTask()?.name as string);
      expect([self.state, self.waitsFor]).toEqual(["running", []]);
      yield* awaited(waiting);
      yield* end([begun]);
    }));

  test("has the tasks of a group and of gather() below those that await them", () =>
    runProgram(function* () {
      const parent = named("parent", () =>
        awaited(
          inGroup(function* (group) {
            group.createTask(() => sleep(1000), { name: "child" });
            yield* awaited(sleep(0));
          }),
        ),
      );
      const gatherer = named("gatherer", () => awaited(gather([named("part", () => awaited(sleep(1000)))])));
      yield* awaited(sleep(100));
      expect(find("child").awaitedBy).toEqual([find("parent").id]);
      expect(find("part").awaitedBy).toEqual([find("gatherer").id]);
      yield* end([parent, gatherer]);
    }));

  test("tells of several waits, of requests to cancel, and keeps the numbers of tasks", () =>
    runProgram(function* () {
      const stubborn = named("stubborn", function* () {
        yield* errorOf(sleep(1000));
        yield* awaited(sleep(1000));
      });
      yield* awaited(sleep(1));
      const before = find("stubborn");
      stubborn.cancel();
      yield* awaited(sleep(1));
      const after = find("stubborn");
      expect([before.cancelling, after.cancelling]).toEqual([0, 1]);
      expect(after.id).toBe(before.id);
      yield* awaited(stubborn);
      expect(snapshot().tasks.some(({ name }) => name === "stubborn")).toBe(false);
    }));
});

test("a task that waits for two things at once has two waits, and for a promise one of that kind", async () => {
  const [asyncFunctions] = bothKinds;
  await asyncFunctions.runProgram(function* () {
    let resolve = (): void => {};
    const group = new TaskGroup();
    yield* awaited(
      group.with(async () => {
        group.createTask(async () => await Promise.all([sleep(10), sleep(20)]), { name: "both" });
        group.createTask(async () => await new Promise<void>((settle) => (resolve = settle)), {
          name: "native",
        });
        await sleep(5);
        expect(find("both").waitsFor.map(({ kind, left }) => [kind, left])).toEqual([
          ["timer", 5],
          ["timer", 15],
        ]);
        expect(find("native").waitsFor).toEqual([{ kind: "promise", text: "a native promise" }]);
        resolve();
      }),
    );
  });
});

test("the function that reads it uses nothing from outside itself", async () => {
  const key = Symbol.for("asyncio-ts.slot");
  const slot = (globalThis as Record<symbol, unknown>)[key];
  const [asyncFunctions] = bothKinds;
  await asyncFunctions.runProgram(function* () {
    yield* awaited(sleep(1));
    const elsewhere = readElsewhere({ [key]: slot });
    const names = (read: typeof elsewhere): unknown =>
      typeof read === "object" && read.tasks.map(({ name }) => name);
    expect(names(elsewhere)).toEqual(snapshot().tasks.map(({ name }) => name));
  });
  expect(readElsewhere()).toBe("absent");
  expect(readElsewhere({ [key]: { contract: 2 } })).toBe("incompatible");
});
