/**
 * A topic: a few cases, each with the same work written for every system that can do it.
 *
 * Each contender of each case is measured in processes of its own (see `child.ts`), so that nobody's load on
 * the garbage collector, the compiler or the hooks of the runtime falls on another. That is why peers are
 * imported by the contender that needs them, never at the head of a topic's file; nor is our task package,
 * where the sync package is measured alone: with no event loop in the process, it goes by microtasks.
 */

/** Ours first: the ratios of a table refer to these two. */
export const ours = ["generator", "async"] as const;

/** The Python systems; their programs are in `python/`. */
export const pythons = ["asyncio", "uvloop", "trio"] as const;

export type Ours = (typeof ours)[number];
export type Python = (typeof pythons)[number];
export type Contender =
  | Ours
  | "bare"
  | "alone"
  | "raw"
  | "native"
  | "effect"
  | "effection"
  | "async-mutex"
  | "async-sema"
  | "p-limit"
  | "p-map"
  | "p-map, iterable"
  | "p-queue"
  | "p-retry"
  | "p-throttle"
  | "p-event"
  | "events.on"
  | "AsyncLocalStorage"
  | "execa"
  | "tinypool"
  | "bullmq"
  | Python;

/** As they stand in the tables, in this order. */
export const labels: Readonly<Record<Contender, string>> = {
  generator: "asyncio-ts, generators",
  bare: "asyncio-ts, bare yield*",
  async: "asyncio-ts, async functions",
  alone: "asyncio-ts, sync package alone",
  raw: "raw generators",
  native: "native promises",
  effect: "effect",
  effection: "effection",
  "async-mutex": "async-mutex",
  "async-sema": "async-sema",
  "p-limit": "p-limit",
  "p-map": "p-map",
  "p-map, iterable": "p-map, iterable",
  "p-queue": "p-queue",
  "p-retry": "p-retry",
  "p-throttle": "p-throttle",
  "p-event": "p-event",
  "events.on": "events.on of Node",
  AsyncLocalStorage: "AsyncLocalStorage of Node",
  execa: "execa",
  tinypool: "tinypool",
  bullmq: "bullmq",
  asyncio: "Python asyncio",
  uvloop: "Python uvloop",
  trio: "Python trio",
};

/**
 * The account that a program gives of its work: how many operations it saw to their end (it must be as many
 * as were asked for), and its own measure, if only a part of it counts or it measures something other than
 * time.
 */
export type Outcome =
  | number
  | { readonly done: number; readonly milliseconds: number }
  | { readonly done: number; readonly value: number };

/** Does so many operations. */
export type Program = (operations: number) => Promise<Outcome>;

/** Imports what the program needs, and gives it. */
export type Load = () => Program | Promise<Program>;

export type Unit = "ns" | "µs" | "ms" | "bytes" | "requests/s";

export interface Case {
  readonly name: string;
  /** One operation, in words. */
  readonly operation: string;
  /** The number of operations in one sample. */
  readonly size: number;
  /**
   * The unit of what is measured; default ns per operation. A program with another unit gives its value by
   * itself.
   */
  readonly unit?: Exclude<Unit, "ns">;
  /** True if the pauses of the garbage collector are taken off. */
  readonly withoutPauses?: boolean;
  /** Each process gives one sample, and this many are started. */
  readonly processes?: number;
  readonly nodeFlags?: readonly string[];
  readonly contenders: Partial<Readonly<Record<Exclude<Contender, Python>, Load>>>;
  /** Those for which `python/` has a program of this topic and case. */
  readonly python?: readonly Python[];
}

export interface Topic {
  readonly name: string;
  readonly title: string;
  /** A note that a reader needs to judge the figures. */
  readonly note?: string;
  readonly cases: readonly Case[];
}

/**
 * Makes a case of another that leaves out the time for which the garbage collector stops the program. Only
 * Node tells how long that is.
 */
export function withoutPauses(chosen: Case): Case {
  return {
    ...chosen,
    name: `${chosen.name}, without the collector's pauses`,
    withoutPauses: true,
    python: [],
  };
}

/**
 * `count` results of `make`. For `gather` each must be something else: it runs what stands in its list twice
 * only once, as asyncio does.
 */
export function times<T>(count: number, make: (index: number) => T): T[] {
  // Array.from would be a good part of what is measured: 20 ns for each.
  const results: T[] = [];
  for (let i = 0; i < count; i++) results.push(make(i));
  return results;
}

/** Lets all that is ready run. */
export function pollOnce(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** The case with this name, or the topic's own complaint. */
export function caseNamed(topic: Topic, name: string): Case {
  const found = topic.cases.find((each) => each.name === name);
  if (found === undefined) throw new Error(`the topic ${topic.name} has no case ${name}`);
  return found;
}
