import { executionAsyncResource } from "node:async_hooks";
import { ThreadPoolExecutor, ProcessPoolExecutor, toThread } from "@asyncio-ts/executor";
import { Future } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { Lock } from "@asyncio-ts/sync";
import { createTask, run, Runner, sleep, type Task, TaskGroup, timeout } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf, type Program } from "@asyncio-ts/testkit";
import { context, diag, DiagLogLevel, ROOT_CONTEXT, type Tracer } from "@opentelemetry/api";
import { AlwaysOffSampler } from "@opentelemetry/sdk-trace-base";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { traceTasks, type TraceOptions } from "../src/opentelemetry.js";
import { numberOf } from "../src/library.js";
import { snapshot } from "../src/take-snapshot.js";
import { finished, inSpan, setUpTracing, span, spanOf, treeOf } from "./support/tracing.js";
import type * as Traced from "./workers/traced.js";

let tracer: Tracer;
let stop: () => void = () => {};

function start(options?: TraceOptions): void {
  stop = traceTasks({ tracer, ...options });
}

beforeEach(() => {
  ({ tracer } = setUpTracing());
});

afterEach(() => {
  stop();
  diag.disable();
});

describe.each(bothKinds)("spans of tasks, in %s", (kind) => {
  const { runProgram, inGroup, body } = kind;
  const begin = (name: string, program: () => Program<unknown>): Task<unknown> =>
    createTask(body(program), { name });

  test("nest as the tasks do, and the program's own spans in them, before and after each wait", async () => {
    start();
    await runProgram(function* main() {
      span("main 1");
      const outer = begin("outer", function* () {
        span("outer 1");
        yield* awaited(sleep(10));
        const inner = begin("inner", function* () {
          span("inner 1");
          yield* awaited(sleep(10));
          span("inner 2");
        });
        span("outer 2");
        yield* awaited(inner);
        span("outer 3");
      });
      yield* awaited(sleep(15));
      span("main 2");
      yield* awaited(outer);
      span("main 3");
    });
    expect(treeOf()).toEqual([
      "main",
      "  main 1",
      "  outer",
      "    outer 1",
      "    inner",
      "      inner 1",
      "      inner 2",
      "    outer 2",
      "    outer 3",
      "  main 2",
      "  main 3",
    ]);
  });

  test("are children of the body's, in a group, and know the group", async () => {
    start();
    let number: number | undefined;
    await runProgram(function* main() {
      yield* awaited(
        inGroup(function* (group: TaskGroup) {
          number = numberOf(group);
          for (const name of ["one", "other"]) {
            group.createTask(
              body(function* () {
                yield* awaited(sleep(10));
                span(`in ${name}`);
              }),
              { name },
            );
          }
          yield* awaited(sleep(20));
        }),
      );
      span("after");
    });
    expect(treeOf()).toEqual(["main", "  one", "    in one", "  other", "    in other", "  after"]);
    expect(spanOf("one").attributes["asyncio.task.group"]).toBe(number);
    expect(spanOf("main").attributes).not.toHaveProperty("asyncio.task.group");
  });

  test("are active in an eager task from its first step on, and not in its maker", async () => {
    start();
    await runProgram(function* main() {
      const eager = body(function* () {
        span("at once");
        yield* awaited(sleep(10));
        span("later");
      });
      const task = createTask(eager, { name: "eager", eagerStart: true });
      span("maker");
      yield* awaited(task);
    });
    expect(treeOf()).toEqual(["main", "  eager", "    at once", "    later", "  maker"]);
  });

  test("are active in callbacks that the task's code sets", async () => {
    start();
    await runProgram(function* main() {
      yield* awaited(
        begin("setter", function* () {
          const called = new Future<void>();
          getRunningLoop().callSoon(() => span("soon"));
          const real = new Promise<void>((resolve) => {
            setTimeout(() => {
              span("timer");
              resolve();
            }, 0);
          });
          void Promise.resolve().then(() => span("microtask"));
          yield* awaited(real);
          // Set now: real and virtual time have no order.
          getRunningLoop().callLater(10, () => {
            span("later");
            called.setResult();
          });
          yield* awaited(called);
        }),
      );
      span("after");
    });
    expect(treeOf()).toEqual([
      "main",
      "  setter",
      "    microtask",
      "    soon",
      "    timer",
      "    later",
      "  after",
    ]);
  });

  test("tell the waits, a cancellation and how the task ended", async () => {
    start();
    await runProgram(function* main() {
      const lock = new Lock();
      yield* awaited(lock.acquire());
      const waiter = begin("waiter", function* () {
        yield* awaited(sleep(10));
        yield* awaited(lock.acquire());
      });
      const watcher = begin("watcher", function* () {
        yield* awaited(waiter);
      });
      yield* awaited(sleep(20));
      waiter.cancel("enough");
      yield* errorOf(waiter);
      yield* errorOf(watcher);
      const failing = begin("failing", function* () {
        yield* awaited(Promise.resolve());
        throw new RangeError("too far");
      });
      yield* errorOf(failing);
    });
    const { attributes, events, status } = spanOf("waiter");
    expect(events).toEqual(["wait sleep(10)", "wait Lock.acquire()", "cancel enough"]);
    expect(attributes).toMatchObject({ "asyncio.task.name": "waiter", "asyncio.task.outcome": "cancelled" });
    expect(status).toBe("UNSET");
    expect(spanOf("watcher").events).toEqual(["wait task waiter"]);
    expect(spanOf("failing")).toMatchObject({
      attributes: { "asyncio.task.outcome": "failed" },
      events: [...spanOf("failing").events.slice(0, -1), "exception RangeError"],
      status: "ERROR",
    });
    expect(spanOf("main").attributes["asyncio.task.outcome"]).toBe("returned");
  });

  test("do not leak between siblings", async () => {
    start();
    await runProgram(function* main() {
      const names = ["a", "b", "c"];
      const tasks = names.map((name) =>
        begin(name, function* () {
          for (let step = 0; step < 3; step++) {
            span(`${name}${step}`);
            yield* awaited(sleep(step));
          }
        }),
      );
      for (const task of tasks) yield* awaited(task);
    });
    expect(treeOf()).toEqual([
      "main",
      ...["a", "b", "c"].flatMap((name) => [`  ${name}`, `    ${name}0`, `    ${name}1`, `    ${name}2`]),
    ]);
  });
});

test("a wait for a native promise is an event, too", async () => {
  start();
  await run(async function main() {
    await new Promise((resolve) => setImmediate(resolve));
  });
  expect(spanOf("main").events).toEqual(["wait a native promise"]);
});

test("a span that is active around run() is the parent, and one inside a task that of the tasks made there", async () => {
  start();
  await inSpan("request", () =>
    run(async function main() {
      await inSpan("query", async () => {
        await sleep(1);
        await createTask(() => sleep(1), { name: "helper" });
      });
      await createTask(() => sleep(1), { name: "sibling" });
    }),
  );
  expect(treeOf()).toEqual(["request", "  main", "    query", "      helper", "    sibling"]);
});

test("a task that is made outside of every span on purpose is a root", async () => {
  start();
  await run(async function main() {
    await context.with(ROOT_CONTEXT, () => createTask(() => sleep(1), { name: "detached" }));
  });
  expect(treeOf()).toEqual(["main", "detached"]);
});

test("each loop's tasks have their own spans", async () => {
  start();
  const program = (name: string) => async () => {
    await sleep(1);
    await createTask(
      async () => {
        await sleep(1);
        span(`in ${name}`);
      },
      { name: `child of ${name}` },
    );
  };
  const named = (name: string): Promise<void> =>
    inSpan(name, () => new Runner().with((runner) => runner.run(program(name))));
  await Promise.all([named("one"), named("other")]);
  const lines = (name: string): string[] => [name, "  task", `    child of ${name}`, `      in ${name}`];
  expect(treeOf()).toEqual([...lines("one"), ...lines("other")]);
  const loops = ["child of one", "child of other"].map((name) => spanOf(name).attributes["asyncio.loop.id"]);
  expect(new Set(loops).size).toBe(2);
});

test("a span is named as the program names the task, else as its function", async () => {
  start();
  await run(async function main() {
    const task = createTask(async function poll() {
      await sleep(1);
    });
    task.name = "renamed";
    await task;
    await createTask(() => sleep(1));
    await createTask(async function fetchPage() {});
    expect(spanOf("renamed").attributes).toMatchObject({ "code.function.name": "poll" });
  });
  expect(treeOf()).toEqual(["main", "  renamed", "  sleep", "  fetchPage"]);
});

test("the number of a task is that of a snapshot", async () => {
  start();
  let id: number | undefined;
  await run(async function main() {
    id = snapshot().tasks[0]?.id;
  });
  expect(spanOf("main").attributes["asyncio.task.id"]).toBe(id);
});

test("a cancellation says who asked", async () => {
  start();
  await run(async function main() {
    await timeout(1)
      .with(() => sleep(1000))
      .catch(() => {});
  });
  expect(spanOf("main").events).toEqual(["wait sleep(1000)", "cancel"]);
});

test("a task that the filter refuses has no span, and what it makes belongs to the span around it", async () => {
  start({ filter: ({ name }) => name !== "hidden" });
  await run(async function main() {
    await createTask(
      async () => {
        span("in hidden");
        await createTask(() => sleep(1), { name: "shown" });
      },
      { name: "hidden" },
    );
  });
  expect(treeOf()).toEqual(["main", "  in hidden", "  shown"]);
});

test("nothing is exported when sampling is off, and the program runs as ever", async () => {
  ({ tracer } = setUpTracing(new AlwaysOffSampler()));
  start();
  const result = await run(async function main() {
    span("never seen");
    return await createTask(() => sleep(1, "done"));
  });
  expect([result, finished()]).toEqual(["done", []]);
});

test("a task that outlives the end of tracing goes on, and its span has ended without an outcome", async () => {
  start();
  await run(async function main() {
    const task = createTask(() => sleep(10, "done"), { name: "long" });
    await sleep(1);
    stop();
    createTask(() => sleep(1), { name: "not traced" });
    expect(await task).toBe("done");
  });
  expect(treeOf()).toEqual(["main", "  long"]);
  expect(spanOf("long").attributes).not.toHaveProperty("asyncio.task.outcome");
  stop();
  start();
  expect(() => traceTasks({ tracer })).toThrow("traceTasks() was called while tasks are traced");
});

test("an error of the tracer, the filter or a span reaches diag, and not the program", async () => {
  const told: unknown[] = [];
  const log = (_message: string, error: unknown): void => void told.push((error as Error).message);
  const logger = { error: log, warn: log, info: log, debug: log, verbose: log };
  diag.setLogger(logger, { logLevel: DiagLogLevel.ERROR });
  const fails = (message: string) => (): never => {
    throw new Error(message);
  };
  const program = async (): Promise<string> => {
    await createTask(async () => await sleep(1));
    return "done";
  };
  const startSpan = fails("no span");
  start({ tracer: { startSpan, startActiveSpan: startSpan } });
  expect(await run(program)).toBe("done");
  stop();
  expect(told).toEqual(["no span", "no span"]);

  told.length = 0;
  start({ filter: fails("no filter") });
  expect(await run(program)).toBe("done");
  stop();
  expect(told).toEqual(["no filter", "no filter"]);

  told.length = 0;
  const broken: Tracer = {
    startSpan: (...args) => {
      const made = tracer.startSpan(...args);
      made.addEvent = fails("no event");
      made.end = fails("no end");
      return made;
    },
    startActiveSpan: startSpan,
  };
  start({ tracer: broken });
  diag.setLogger({ ...logger, error: fails("no log") }, { suppressOverrideMessage: true });
  expect(await run(program)).toBe("done");
});

test("the failure of a task that nobody looks at is still reported", async () => {
  start();
  const reports: string[] = [];
  await run(async function main() {
    getRunningLoop().setExceptionHandler((_loop, { message }) => void reports.push(message));
    createTask(
      async () => {
        throw new Error("unseen");
      },
      { name: "failing" },
    );
    await sleep(1);
  });
  expect(spanOf("failing").status).toBe("ERROR");
  expect(reports).toHaveLength(1);
});

test("tasks nest by their makers where no context manager follows async code", async () => {
  context.disable();
  start();
  await run(async function main() {
    await sleep(1);
    await createTask(
      async () => {
        await sleep(1);
        await createTask(() => sleep(1), { name: "inner" });
      },
      { name: "outer" },
    );
  });
  expect(treeOf()).toEqual(["main", "  outer", "    inner"]);
});

test("no context is entered while nobody traces", async () => {
  start();
  stop();
  const before = executionAsyncResource();
  await run(function* main() {
    yield* sleep(1);
    expect(context.active()).toBe(ROOT_CONTEXT);
  });
  expect(executionAsyncResource()).toBe(before);
});

describe.each([ThreadPoolExecutor, ProcessPoolExecutor])("jobs of a %o", (Pool) => {
  const module = new URL("dist/traced.js", import.meta.url);

  test("have a span below that of the task, here, and in a worker that traces", async () => {
    start();
    await using pool = new Pool<typeof Traced>(module, { maxWorkers: 1 });
    await run(async function main() {
      await createTask(() => pool.submit("work"), { name: "submitter" });
      await expect(pool.submit("fail")).rejects.toThrow(RangeError);
    });
    stop();
    const inWorker = await pool.submit("spans");
    expect(treeOf()).toEqual(["main", "  submitter", "    work", "  fail"]);
    expect(treeOf([...finished(), ...inWorker])).toEqual([
      "main",
      "  submitter",
      "    work",
      "      work",
      "        in the job",
      "        helper",
      "          in the job's task",
      "  fail",
      "    fail",
    ]);
    expect(new Set([...finished(), ...inWorker].map(({ traceId }) => traceId)).size).toBe(1);
    expect(spanOf("submitter").events).toContain("wait work()");
    const outcomes = (spans: typeof inWorker): unknown[] =>
      spans
        .filter(({ name }) => ["work", "fail"].includes(name))
        .map(({ attributes, status }) => [attributes["asyncio.job.outcome"], status]);
    expect(outcomes(finished())).toEqual([
      ["returned", "UNSET"],
      ["failed", "ERROR"],
    ]);
    expect(outcomes(inWorker)).toEqual([
      ["returned", "UNSET"],
      ["failed", "ERROR"],
    ]);
  });
});

test("a job of toThread() that is cancelled has a span that says so", async () => {
  start();
  await run(async function main() {
    const job = toThread<typeof Traced, "work">(new URL("dist/traced.js", import.meta.url), "work");
    job.cancel();
    await job.catch(() => {});
  });
  expect(spanOf("work").attributes["asyncio.job.outcome"]).toBe("cancelled");
  expect(treeOf()).toEqual(["main", "  work"]);
});
