import { ThreadPoolExecutor } from "@asyncio-ts/executor";
import { Future } from "@asyncio-ts/future";
import { getRunningLoop } from "@asyncio-ts/loop";
import { virtualLoop } from "@asyncio-ts/loop/testing";
import { createTask, run, Runner, sleep } from "@asyncio-ts/task";
import { awaited, bothKinds, errorOf } from "@asyncio-ts/testkit";
import { PrometheusExporter, PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { type HistogramMetricData, MeterProvider } from "@opentelemetry/sdk-metrics";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { meterTasks, type MeterOptions } from "../src/opentelemetry.js";
import type * as Counted from "./workers/counted.js";

let exporter: PrometheusExporter;
let provider: MeterProvider;
let stop: () => void = () => {};

function start(options?: MeterOptions): void {
  stop = meterTasks({ meter: provider.getMeter("tasks"), ...options });
}

/** Returns what Prometheus would read, without the comments, and the labels that name the meter. */
async function read(prefix: string): Promise<string[]> {
  const { resourceMetrics, errors } = await exporter.collect();
  expect(errors).toEqual([]);
  const text = new PrometheusSerializer("", false).serialize(resourceMetrics);
  return text
    .split("\n")
    .filter((line) => line.startsWith(prefix))
    .map((line) =>
      line
        .replaceAll(/otel_scope_\w+="[^"]*",?/g, "")
        .replace("{}", "")
        .replace(",}", "}"),
    );
}

/** Returns the lags that were recorded: how many, and the sum in milliseconds. */
async function lags(): Promise<{ count: number | undefined; sum: number }> {
  const { resourceMetrics } = await exporter.collect();
  const all = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
  const lag = all.find(({ descriptor }) => descriptor.name === "asyncio.loop.lag") as
    | HistogramMetricData
    | undefined;
  const value = lag?.dataPoints[0]?.value;
  return { count: value?.count, sum: Math.round((value?.sum ?? 0) * 1000) };
}

beforeEach(() => {
  exporter = new PrometheusExporter({ preventServerStart: true });
  provider = new MeterProvider({ readers: [exporter] });
});

afterEach(async () => {
  stop();
  await provider.shutdown();
});

describe.each(bothKinds)("the metrics of tasks, with %s", ({ startTask, runProgram }) => {
  test("count those that live, were made, and ended in each way", () =>
    runProgram(function* main() {
      start();
      const task = startTask(() => awaited(sleep(1000)));
      yield* awaited(startTask(() => awaited(sleep(1))));
      yield* errorOf(
        startTask(function* () {
          yield* awaited(sleep(1));
          throw new Error("failed");
        }),
      );
      expect(yield* awaited(read("asyncio_tasks"))).toEqual([
        "asyncio_tasks_live 2",
        "asyncio_tasks_made_total 3",
        'asyncio_tasks_ended_total{asyncio_task_outcome="returned"} 1',
        'asyncio_tasks_ended_total{asyncio_task_outcome="failed"} 1',
        'asyncio_tasks_ended_total{asyncio_task_outcome="cancelled"} 0',
      ]);
      task.cancel();
      yield* errorOf(task);
      expect(yield* awaited(read("asyncio_tasks"))).toEqual([
        "asyncio_tasks_live 1",
        "asyncio_tasks_made_total 3",
        'asyncio_tasks_ended_total{asyncio_task_outcome="returned"} 1',
        'asyncio_tasks_ended_total{asyncio_task_outcome="failed"} 1',
        'asyncio_tasks_ended_total{asyncio_task_outcome="cancelled"} 1',
      ]);
      stop();
    }));
});

test("the turns of all loops are counted, and what is ready", async () => {
  start();
  const turns = async (): Promise<number> =>
    Number((await read("asyncio_loop_turns_total"))[0]?.split(" ")[1]);
  await run(async () => {
    const before = await turns();
    const called: string[] = [];
    for (const name of ["one", "two", "three"]) getRunningLoop().callSoon(() => void called.push(name));
    // Collecting takes only microtasks, so the callbacks have not had their turns.
    expect(await read("asyncio_loop_ready")).toEqual(["asyncio_loop_ready 3"]);
    expect(called).toEqual([]);
    await sleep(0);
    expect(called).toEqual(["one", "two", "three"]);
    // The three callbacks, and the step after sleep(0).
    expect((await turns()) - before).toBe(4);
    expect(await read("asyncio_loop_ready")).toEqual(["asyncio_loop_ready 0"]);
  });
});

test("the lag is the time from a timer's deadline until it runs", async () => {
  start();
  const loop = virtualLoop();
  await new Runner({ loopFactory: () => loop }).with((runner) =>
    runner.run(async () => {
      await sleep(10);
      await sleep(10);
    }),
  );
  expect(await lags()).toEqual({ count: 2, sum: 0 });
});

test("a step that keeps the loop from a timer makes it lag", async () => {
  start();
  await run(async () => {
    const done = new Future<void>();
    getRunningLoop().callLater(1, () => done.setResult());
    const end = performance.now() + 31;
    while (performance.now() < end);
    await done;
  });
  const { count, sum } = await lags();
  expect(count).toBe(1);
  expect(sum).toBeGreaterThanOrEqual(30);
});

test("the pools that it is given are measured, each by its name", async () => {
  const module = new URL("dist/counted.js", import.meta.url);
  await using images = new ThreadPoolExecutor<typeof Counted>(module, { maxWorkers: 1 });
  await using texts = new ThreadPoolExecutor<typeof Counted>(module, { maxWorkers: 1 });
  start({ pools: { images, texts } });
  const gate = new SharedArrayBuffer(4);
  await images.submit("count");
  await images.submit("fail").catch(() => {});
  const [held, queued] = [images.submit("hold", gate), images.submit("count")];
  const value = (name: string, labels: string): string =>
    `asyncio_pool_${name}{${labels},asyncio_pool_name="images"}`;
  const pool = async (name: string): Promise<string[]> =>
    (await read(`asyncio_pool_${name}{`)).filter((line) => line.includes('"images"'));
  expect(await pool("workers")).toEqual(['asyncio_pool_workers{asyncio_pool_name="images"} 1']);
  expect(await pool("jobs")).toEqual([
    `${value("jobs", 'asyncio_job_state="queued"')} 1`,
    `${value("jobs", 'asyncio_job_state="running"')} 1`,
  ]);
  queued.cancel();
  Atomics.store(new Int32Array(gate), 0, 1);
  Atomics.notify(new Int32Array(gate), 0);
  await held;
  expect(await pool("jobs_ended_total")).toEqual([
    `${value("jobs_ended_total", 'asyncio_job_outcome="returned"')} 2`,
    `${value("jobs_ended_total", 'asyncio_job_outcome="failed"')} 1`,
    `${value("jobs_ended_total", 'asyncio_job_outcome="cancelled"')} 1`,
  ]);
  const [utilization] = await pool("utilization");
  expect(Number(utilization?.split(" ")[1])).toBeGreaterThan(0);
  expect(await read('asyncio_pool_workers{asyncio_pool_name="texts"')).toEqual([
    'asyncio_pool_workers{asyncio_pool_name="texts"} 0',
  ]);
});

test("nothing is measured any more after the end", async () => {
  start();
  await run(async () => {
    await createTask(() => sleep(1));
  });
  expect(await read("asyncio_tasks_made")).toEqual(["asyncio_tasks_made_total 2"]);
  stop();
  await run(async () => {
    await createTask(() => sleep(1));
  });
  // The SDK goes on to export the last values.
  expect(await read("asyncio_tasks_made")).toEqual(["asyncio_tasks_made_total 2"]);
  expect((await lags()).count).toBe(1);
});
