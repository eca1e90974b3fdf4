import { runInNewContext } from "node:vm";
import { Future } from "@asyncio-ts/future";
import { openConnection, startServer } from "@asyncio-ts/streams";
import { createSubprocessExec } from "@asyncio-ts/subprocess";
import { Barrier, Condition, Event, Lock, Queue, Semaphore } from "@asyncio-ts/sync";
import {
  abortable,
  createTask,
  currentTask,
  ensureFuture,
  gather,
  shield,
  sleep,
  type Task,
  TaskGroup,
  wait,
} from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf, type Program } from "@asyncio-ts/testkit";
import { until } from "@asyncio-ts/testkit/until";
import { describe, expect, test } from "vitest";
import { readSnapshot } from "../src/read-snapshot.js";
import type { TaskSnapshot } from "../src/snapshot.js";
import { snapshot } from "../src/take-snapshot.js";
import { treeOf } from "../src/tree.js";

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
            holder: find(currentTask()?.name as string).id,
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

  test("cuts names and texts that are very long", () =>
    runProgram(function* () {
      const long = named("n".repeat(100_000), () => awaited(sleep(1000)));
      const above = named("above", () => awaited(long));
      yield* awaited(sleep(400));
      const cut = `${"n".repeat(199)}…`;
      expect([find(cut).name, find("above").waitsFor[0]?.text.length]).toEqual([cut, 200]);
      yield* end([long, above]);
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

describe("a snapshot, of what tasks wait for", () => {
  const [asyncFunctions] = bothKinds;
  const waitsOf = (...names: readonly string[]): unknown[] => names.map((name) => find(name).waitsFor[0]);

  test("names the primitive, with its number and state", () =>
    asyncFunctions.runProgram(function* () {
      const semaphore = new Semaphore(0);
      const condition = new Condition();
      const barrier = new Barrier(3);
      const event = new Event();
      const bodies: Record<string, () => PromiseLike<unknown>> = {
        semaphore: () => semaphore.acquire(),
        condition: async () => await condition.with(() => condition.wait()),
        barrier: () => barrier.wait(),
        event: () => event.wait(),
        putter: async () => {
          const queue = new Queue({ maxsize: 1 });
          queue.putNowait(1);
          await queue.put(2);
        },
        gather: () => gather([sleep(1000), sleep(1000)]),
        shield: () => shield(sleep(1000)),
        wait: () => wait([createTask(() => sleep(1000), { name: "waited for" })]),
        promise: () => ensureFuture(new Promise(() => {})),
        operation: () =>
          abortable((signal) => new Promise((_, reject) => signal.addEventListener("abort", reject))),
      };
      const tasks = Object.entries(bodies).map(([name, body]) =>
        createTask(async () => await body(), { name }),
      );
      yield* awaited(sleep(10));
      expect(waitsOf(...Object.keys(bodies))).toMatchObject([
        { kind: "semaphore", value: 0, waiting: 1, object: expect.any(Number) as number },
        { kind: "condition", waiting: 1, of: "<Condition unlocked, 1 waiting>" },
        { kind: "barrier", arrived: 1, parties: 3, of: "<Barrier filling, 1 of 3 waiting>" },
        { kind: "event", of: "<Event unset, 1 waiting>" },
        { kind: "queue", size: 1, maxsize: 1 },
        { kind: "gather", left: 2 },
        { kind: "shield" },
        { kind: "wait", left: 1 },
        { kind: "promise" },
        { kind: "operation" },
      ]);
      yield* end([...tasks]);
    }));

  test("knows the task that holds a lock", () =>
    asyncFunctions.runProgram(function* () {
      const lock = new Lock();
      const holderOf = (name: string): unknown => {
        const holder = find(name).waitsFor[0]?.["holder"];
        return snapshot().tasks.find(({ id }) => id === holder)?.name;
      };
      const guard = yield* awaited(lock.acquire());
      const main = currentTask()?.name;
      const hold = async (): Promise<void> => await lock.with(() => sleep(100));
      const tasks = ["first", "second"].map((name) => createTask(hold, { name }));
      yield* awaited(sleep(10));
      expect(holderOf("first")).toBe(main);
      guard.release();
      expect(holderOf("second")).toBe(undefined); // on its way to the first
      yield* awaited(sleep(10));
      expect(holderOf("second")).toBe("first");
      yield* awaited(sleep(100));
      tasks.push(createTask(hold, { name: "third" }));
      yield* awaited(sleep(10));
      expect(holderOf("third")).toBe("second");
      yield* awaited(sleep(300));
      yield* awaited(lock.acquire());
      tasks.push(createTask(hold, { name: "fourth" }));
      yield* awaited(sleep(10));
      expect(holderOf("fourth")).toBe(main);
      yield* end(tasks.slice(-1));
    }));

  test("has the age, maker and group of each task, and groups whose body goes on", () =>
    asyncFunctions.runProgram(function* () {
      const group = new TaskGroup();
      const parent = createTask(
        async () =>
          await group.with(async () => {
            group.createTask(() => sleep(1000), { name: "member" });
            createTask(() => sleep(1000), { name: "made" });
            await sleep(500);
          }),
        { name: "parent" },
      );
      yield* awaited(sleep(10));
      const { groups } = snapshot();
      const member = find("member");
      expect(groups).toEqual([
        { id: member.group, parent: find("parent").id, text: "<TaskGroup entered, 1 tasks, 0 errors>" },
      ]);
      expect([member.madeBy, find("made").madeBy, find("made").group]).toEqual([
        null,
        { name: "parent", id: find("parent").id },
        null,
      ]);
      expect(member.age).toBeGreaterThanOrEqual(0);
      expect(
        treeOf(snapshot())
          .split("\n")
          .map((line) => line.replace(/, \d+ ms left$/, "")),
      ).toEqual(
        expect.arrayContaining([
          "└── (T) parent",
          "    ├── sleep(500)",
          "    └── the tasks of <TaskGroup entered, 1 tasks, 0 errors>",
          "        └── (T) member sleep",
          "            └── sleep(1000)",
        ]),
      );
      yield* end([parent]);
    }));

  test("is not kept from it by code that throws when it is described", () =>
    asyncFunctions.runProgram(function* () {
      class Hostile extends Future<void> {
        override toString(): string {
          throw new Error("no");
        }
        get [Symbol.for("asyncio-ts.waitFacts")](): never {
          throw new Error("no");
        }
      }
      class HostileQueue extends Queue<number> {
        override toString(): string {
          throw new Error("no");
        }
      }
      const queue = new HostileQueue();
      const tasks = [
        createTask(async () => await new Hostile(), { name: "hostile" }),
        createTask(async () => await queue.get(), { name: "hungry" }),
      ];
      yield* awaited(sleep(10));
      expect(find("hostile").waitsFor).toEqual([{ kind: "future", text: "<toString() threw>" }]);
      expect(find("hungry").waitsFor[0]).toMatchObject({ kind: "queue", size: 0, of: "<toString() threw>" });
      yield* end(tasks);
    }));
});

test("a snapshot lists the queues that have had many items, once each, with their sizes", () => {
  const before = snapshot().queues.length;
  const [small, large] = [new Queue<number>(7), new Queue<number>(70)];
  small.putNowait(1);
  for (let item = 0; item < 40; item++) large.putNowait(item);
  for (let item = 0; item < 38; item++) large.getNowait();
  expect(snapshot().queues.slice(before)).toEqual([
    { id: expect.any(Number) as number, size: 2, maxsize: 70, text: String(large) },
  ]);
});

test("a snapshot tells the peer of a socket, and a process with its program", async () => {
  const server = await startServer(async (reader) => void (await reader.read()), "127.0.0.1", 0);
  const [{ port }] = server.sockets as unknown as [{ port: number }];
  const tasks = [
    createTask(
      async () => {
        const [reader, writer] = await openConnection("127.0.0.1", port);
        await using _ = writer;
        await reader.readline();
      },
      { name: "reader" },
    ),
    createTask(
      async () => {
        await using process = await createSubprocessExec("sleep", ["1000"]);
        await process.wait();
      },
      { name: "starter" },
    ),
  ];
  await until(
    () =>
      ["socket", "process"].every(
        (kind, i) => find(["reader", "starter"][i] as string).waitsFor[0]?.kind === kind,
      ),
    "both wait",
  );
  expect(find("reader").waitsFor[0]).toMatchObject({ kind: "socket", peer: `127.0.0.1:${port}` });
  expect(find("starter").waitsFor[0]).toMatchObject({ kind: "process", program: "sleep" });
  for (const task of tasks) task.cancel();
  await Promise.allSettled(tasks);
  server.close();
  await server.waitClosed();
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
