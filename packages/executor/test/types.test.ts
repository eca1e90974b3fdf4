import { coroutine } from "@asyncio-ts/coroutine";
import { getRunningLoop, newEventLoop } from "@asyncio-ts/loop";
import { gather } from "@asyncio-ts/task";
import { describe, expectTypeOf, it } from "vitest";
import {
  type Job,
  type PoolExecutor,
  ProcessPoolExecutor,
  ThreadPoolExecutor,
  toThread,
} from "@asyncio-ts/executor";
import { call, callWith, type ServiceCaller } from "@asyncio-ts/executor/worker";
import type * as Work from "./workers/work.js";

/** Never called: the compiler is what tests it. */
export function types(pool: ThreadPoolExecutor<typeof Work, { step: number }>, url: URL): void {
  expectTypeOf(pool.submit("add", 1, 2)).toEqualTypeOf<Job<number, { step: number }>>();
  expectTypeOf(pool.submit("addLater", 1, 2)).resolves.toEqualTypeOf<number>();
  expectTypeOf(pool.submit("increment", 1)).resolves.toEqualTypeOf<number>();
  expectTypeOf(pool.submit("increment", 1, 2)).resolves.toEqualTypeOf<number>();
  // @ts-expect-error: there is no such function
  pool.submit("ad", 1, 2);
  // @ts-expect-error: an argument is missing
  pool.submit("add", 1);
  // @ts-expect-error: a string is no number
  pool.submit("add", 1, "2");

  expectTypeOf(pool.map("increment", [1, 2])).toEqualTypeOf<Job<number, { step: number }>[]>();
  expectTypeOf(pool.map("add", new Set([1, 2]), [3, 4])).items.resolves.toEqualTypeOf<number>();
  // @ts-expect-error: an iterable is missing
  pool.map("add", [1, 2]);
  // @ts-expect-error: strings are no numbers
  pool.map("increment", ["1"]);

  const loop = getRunningLoop();
  expectTypeOf(loop.runInExecutor(pool, "add", 1, 2)).resolves.toEqualTypeOf<number>();
  expectTypeOf(loop.runInExecutor(pool, "whoami")).resolves.toHaveProperty("pid");
  // @ts-expect-error: a string is no number
  loop.runInExecutor(pool, "add", 1, "2");
  // @ts-expect-error: there is no such function
  loop.runInExecutor(pool, "ad", 1, 2);
  expectTypeOf(loop.runInExecutor<typeof Work, "add">(null, "add", 1, 2)).resolves.toEqualTypeOf<number>();
  newEventLoop().setDefaultExecutor(pool);

  expectTypeOf(toThread<typeof Work, "add">(url, "add", 1, 2)).resolves.toEqualTypeOf<number>();
  expectTypeOf(toThread<typeof Work>(url)("add", 1, 2)).resolves.toEqualTypeOf<number>();
  expectTypeOf(toThread<Pick<typeof Work, "add">>(url, "add", 1, 2)).resolves.toEqualTypeOf<number>();
  toThread<typeof Work>(url, "add", 1, 2);
  // @ts-expect-error: a string is no number
  toThread<typeof Work>(url, "add", 1, "2");
  // @ts-expect-error: there is no such function
  toThread<typeof Work>(url, "ad", 1, 2);
  // @ts-expect-error: a string is no number
  toThread<typeof Work>(url)("add", 1, "2");

  expectTypeOf(gather(pool.map("increment", [1, 2]))).resolves.toEqualTypeOf<number[]>();
  expectTypeOf(pool.submit("steps", 1).progress).toEqualTypeOf<AsyncIterable<{ step: number }>>();
  expectTypeOf(pool).toExtend<PoolExecutor<typeof Work, { step: number }>>();
  // @ts-expect-error: without the type of a module there is no function to name
  new ThreadPoolExecutor(url).submit("add", 1, 2);
}

const services = {
  lookup: async (id: number): Promise<string> => `item ${id}`,
  *count(from: number, to?: number): Generator<never, number> {
    return (to ?? 0) - from;
  },
  ping: coroutine(async () => "pong" as const),
  now: () => new Date(0),
};
type Services = typeof services;

/** Never called: the compiler is what tests it. */
export function typesOfCalls(url: URL, signal: AbortSignal): void {
  expectTypeOf(new ThreadPoolExecutor<typeof Work>(url, { services })).toHaveProperty("submit");
  expectTypeOf(new ProcessPoolExecutor<typeof Work>(url, { services })).toHaveProperty("submit");
  // @ts-expect-error: a string is no function
  expectTypeOf(new ThreadPoolExecutor<typeof Work>(url, { services: { lookup: "x" } })).toBeObject();

  const ask = call<Services>();
  expectTypeOf(ask).toEqualTypeOf<ServiceCaller<Services>>();
  expectTypeOf(ask("lookup", 1)).toEqualTypeOf<Promise<string>>();
  expectTypeOf(ask("count", 1)).toEqualTypeOf<Promise<number>>();
  expectTypeOf(ask("count", 1, 2)).toEqualTypeOf<Promise<number>>();
  expectTypeOf(ask("ping")).toEqualTypeOf<Promise<"pong">>();
  expectTypeOf(ask("now")).toEqualTypeOf<Promise<Date>>();
  expectTypeOf(callWith<Services>({ signal })("lookup", 1)).toEqualTypeOf<Promise<string>>();
  expectTypeOf(call<Services, "lookup">("lookup", 1)).toEqualTypeOf<Promise<string>>();
  expectTypeOf(call<Pick<Services, "count">>("count", 1)).toEqualTypeOf<Promise<number>>();
  expectTypeOf(call<Services>("lookup", 1)).toEqualTypeOf<Promise<string | number | Date>>();
  // @ts-expect-error: there is no such service
  ask("look", 1);
  // @ts-expect-error: a string is no number
  ask("lookup", "1");
  // @ts-expect-error: an argument is missing
  call<Services>("lookup");
  // @ts-expect-error: a string is no number
  callWith<Services>({ signal }, "lookup", "1");
  // @ts-expect-error: there is no such option
  callWith<Services>({ signals: signal }, "lookup", 1);
}

describe("the types of jobs", () => {
  it("are those of the module's functions", () => {
    expectTypeOf(types).toBeFunction();
  });

  it("and of the services that they call", () => {
    expectTypeOf(typesOfCalls).toBeFunction();
  });
});
