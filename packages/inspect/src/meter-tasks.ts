/**
 * meterTasks: metrics of tasks, loops and pools, for OpenTelemetry and what it exports to, such as Prometheus.
 *
 * Frequent events are counted in plain numbers, which are read when metrics are collected. The state that is read off
 * the program (live tasks, ready queues, pools) is read then, too. Only the lag is recorded when it happens, once
 * a timer.
 */
import {
  type Attributes,
  type Histogram,
  type Meter,
  metrics,
  type ObservableResult,
} from "@opentelemetry/api";
import {
  endingOf,
  liveTasks,
  loops,
  observe,
  type Runnable,
  runningLoop,
  Silent,
  type TaskLike,
} from "./library.js";

/** A pool of workers, as `meterTasks()` reads it: those of `@asyncio-ts/executor` are ones. */
export interface MeteredPool {
  statistics(): {
    readonly queued: number;
    readonly running: number;
    readonly completed: number;
    readonly failed: number;
    readonly cancelled: number;
    readonly workers: number;
    readonly utilization: number;
  };
}

/** Options for `meterTasks()`. */
export interface MeterOptions {
  /** Makes the instruments. Default: the meter `@asyncio-ts/inspect` of the provider that is registered. */
  readonly meter?: Meter;
  /** The pools to measure, by the names that they shall have in the metrics. */
  readonly pools?: Readonly<Record<string, MeteredPool>>;
}

/** Upper bounds of the lag's buckets, in seconds. */
const LAGS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Measures the tasks and loops of this process, and the pools that it is given, until the function that this
 * returns is called:
 * - `asyncio.tasks.live`: the tasks that are not done;
 * - `asyncio.tasks.made`, `asyncio.tasks.ended`: how many were made and ended since the call, the latter by
 *   `asyncio.task.outcome`: `returned`, `failed`, `cancelled`;
 * - `asyncio.loop.turns`: the steps of tasks and the callbacks that the loops have run since the call;
 * - `asyncio.loop.ready`: the steps and callbacks in the ready queues;
 * - `asyncio.loop.lag`: a histogram, in seconds, of the time from the deadline of a timer until the loop runs it.
 *   Each sleep, timeout and `callLater` is a timer. A program that sets none has no lag;
 * - `asyncio.pool.workers`, `asyncio.pool.utilization`, `asyncio.pool.jobs` (by `asyncio.job.state`: `queued`,
 *   `running`) and `asyncio.pool.jobs.ended` (by `asyncio.job.outcome`), by `asyncio.pool.name`.
 *
 * @throws Error if the version of the library that is loaded can't be observed.
 *
 * @example
 * ```ts
 * import { meterTasks } from "@asyncio-ts/inspect/opentelemetry";
 * import { createTask, run, sleep } from "@asyncio-ts/task";
 * import { PrometheusExporter, PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
 * import { MeterProvider } from "@opentelemetry/sdk-metrics";
 *
 * const exporter = new PrometheusExporter({ preventServerStart: true });
 * const provider = new MeterProvider({ readers: [exporter] });
 * const stop = meterTasks({ meter: provider.getMeter("app") });
 * await run(async () => {
 *   createTask(() => sleep(1000));
 *   const { resourceMetrics } = await exporter.collect();
 *   const text = new PrometheusSerializer("", false).serialize(resourceMetrics);
 *   console.log(/^asyncio_tasks_live.*$/m.exec(text)?.[0].replace(/\{.*\}/, ""));
 * });
 * stop();
 * // prints: asyncio_tasks_live 2
 * ```
 */
export function meterTasks({ meter, pools = {} }: MeterOptions = {}): () => void {
  const instruments = meter ?? metrics.getMeter("@asyncio-ts/inspect");
  const lag = instruments.createHistogram("asyncio.loop.lag", {
    description: "Time from the deadline of a timer until the loop runs it",
    unit: "s",
    advice: { explicitBucketBoundaries: LAGS },
  });
  const counts = new Counts(lag);
  const stopObserving = observe(counts, "meterTasks()");
  const stopReading = [...readTasks(instruments, counts), ...readPools(instruments, Object.entries(pools))];
  return () => {
    stopObserving();
    for (const stop of stopReading) stop();
  };
}

/** Counts what happens. */
class Counts extends Silent {
  made = 0;
  turns = 0;
  readonly ended = { returned: 0, failed: 0, cancelled: 0 };
  private readonly lag: Histogram;

  constructor(lag: Histogram) {
    super();
    this.lag = lag;
  }

  override taskMade(): void {
    this.made++;
  }

  override turnBegins({ deadline }: Runnable): void {
    this.turns++;
    if (deadline === undefined) return;
    const now = runningLoop()?.time?.();
    if (now === undefined) return;
    try {
      this.lag.record(Math.max(0, now - deadline) / 1000);
    } catch {
      // An error of a meter must not reach the program.
    }
  }

  override taskEnded(task: TaskLike): void {
    this.ended[endingOf(task).outcome]++;
  }
}

/** The kinds of instruments that are read when metrics are collected. */
type Kind = "createObservableCounter" | "createObservableUpDownCounter" | "createObservableGauge";
type Read = () => Iterable<readonly [value: number, attributes?: Attributes]>;

function readTasks(meter: Meter, counts: Counts): (() => void)[] {
  const read = readerOf(meter);
  return [
    read("createObservableUpDownCounter", "asyncio.tasks.live", "{task}", "Tasks that are not done", () => [
      [[...liveTasks()].length],
    ]),
    read("createObservableCounter", "asyncio.tasks.made", "{task}", "Tasks that were made", () => [
      [counts.made],
    ]),
    read("createObservableCounter", "asyncio.tasks.ended", "{task}", "Tasks that have ended", () =>
      byAttribute("asyncio.task.outcome", counts.ended),
    ),
    read(
      "createObservableCounter",
      "asyncio.loop.turns",
      "{turn}",
      "Steps and callbacks that were run",
      () => [[counts.turns]],
    ),
    read(
      "createObservableUpDownCounter",
      "asyncio.loop.ready",
      "{turn}",
      "Steps and callbacks in the ready queues",
      () => [[[...loops()].reduce((sum, { ready }) => sum + (ready?.length ?? 0), 0)]],
    ),
  ];
}

function readPools(meter: Meter, pools: readonly (readonly [string, MeteredPool])[]): (() => void)[] {
  if (pools.length === 0) return [];
  const read = readerOf(meter);
  type Statistics = ReturnType<MeteredPool["statistics"]>;
  const each = (values: (statistics: Statistics) => ReturnType<Read>): Read =>
    function* () {
      for (const [name, pool] of pools) {
        for (const [value, attributes] of values(pool.statistics())) {
          yield [value, { ...attributes, "asyncio.pool.name": name }];
        }
      }
    };
  return [
    read(
      "createObservableUpDownCounter",
      "asyncio.pool.workers",
      "{worker}",
      "Workers of a pool",
      each(({ workers }) => [[workers]]),
    ),
    read(
      "createObservableGauge",
      "asyncio.pool.utilization",
      "1",
      "Fraction of the workers' time that was spent on jobs",
      each(({ utilization }) => [[utilization]]),
    ),
    read(
      "createObservableUpDownCounter",
      "asyncio.pool.jobs",
      "{job}",
      "Jobs that are not done",
      each(({ queued, running }) => byAttribute("asyncio.job.state", { queued, running })),
    ),
    read(
      "createObservableCounter",
      "asyncio.pool.jobs.ended",
      "{job}",
      "Jobs that have ended",
      each(({ completed, failed, cancelled }) =>
        byAttribute("asyncio.job.outcome", { returned: completed, failed, cancelled }),
      ),
    ),
  ];
}

function byAttribute(attribute: string, values: Readonly<Record<string, number>>): [number, Attributes][] {
  return Object.entries(values).map(([name, value]) => [value, { [attribute]: name }]);
}

/** Makes instruments that are read until the function that this returns is called. */
function readerOf(
  meter: Meter,
): (kind: Kind, name: string, unit: string, description: string, values: Read) => () => void {
  return (kind, name, unit, description, values) => {
    const instrument = meter[kind](name, { unit, description });
    const read = (result: ObservableResult): void => {
      for (const [value, attributes] of values()) result.observe(value, attributes);
    };
    instrument.addCallback(read);
    return () => instrument.removeCallback(read);
  };
}
