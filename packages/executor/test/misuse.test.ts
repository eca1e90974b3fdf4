/** Wrong arguments of the public functions of this package: each is a clear error. */
import { move, ProcessPoolExecutor, ThreadPoolExecutor, toThread } from "@asyncio-ts/executor";
import { run } from "@asyncio-ts/task";
import { has } from "@asyncio-ts/testkit";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";

const url = new URL("data:text/javascript,export const f = () => 1");
const junk: readonly unknown[] = [
  null,
  NaN,
  true,
  Symbol("s"),
  () => {},
  [],
  Object.create(null),
  new Date(0),
];

// A runtime that lacks them refuses all values.
const options = has("options of the command line for workers");
const limits = has("memory limits of workers");

/**
 * A call with one wrong argument, what its error begins with, and how many of the values above it accepts.
 */
const calls: readonly (readonly [string, number, (value: never) => unknown])[] = [
  ["an executor needs the URL", 0, (x) => new ThreadPoolExecutor(x)],
  ["an executor needs the URL", 0, (x) => new ProcessPoolExecutor(x)],
  ["an executor needs the URL", 0, (x) => (toThread as (...args: unknown[]) => unknown)(x, "f")],
  ["new ThreadPoolExecutor()", 2, (x) => new ThreadPoolExecutor(url, x)],
  ["new ProcessPoolExecutor()", 2, (x) => new ProcessPoolExecutor(url, x)],
  ["new ThreadPoolExecutor()", options ? 1 : 0, (x) => new ThreadPoolExecutor(url, { execArgv: x })],
  ["new ThreadPoolExecutor()", 3, (x) => new ThreadPoolExecutor(url, { env: x })],
  ["new ProcessPoolExecutor()", limits ? 3 : 0, (x) => new ProcessPoolExecutor(url, { resourceLimits: x })],
  ["maxWorkers", 0, (x) => new ThreadPoolExecutor(url, { maxWorkers: x })],
  ["maxQueue", 0, (x) => new ThreadPoolExecutor(url, { maxQueue: x })],
  ["idleTimeout", 0, (x) => new ThreadPoolExecutor(url, { idleTimeout: x })],
  ["submit()", 0, (x) => new ThreadPoolExecutor<Record<string, () => void>>(url).submit(x)],
  ["map()", 0, (x) => (new ThreadPoolExecutor(url).map as (...args: unknown[]) => unknown)(x, [])],
  ["shutdown()", 2, (x) => new ThreadPoolExecutor(url).shutdown(x)],
  ["shutdown()", 1, (x) => new ThreadPoolExecutor(url).shutdown({ wait: x })],
  ["shutdown()", 1, (x) => new ThreadPoolExecutor(url).shutdown({ cancelFutures: x })],
  ["shutdown()", 0, (x) => new ThreadPoolExecutor(url).shutdown({ timeout: x })],
  ["move()", 3, (x) => move(x)],
  ["move()", 1, (x) => move({}, x)],
];

describe("a wrong argument", () => {
  it.each(calls.map((call, index) => [call[0], index, call] as const))(
    "is an error that says %s (row %i)",
    async (_start, _index, [start, accepted, call]) => {
      await run(async () => {
        const errors = junk.flatMap((value) => {
          try {
            call(value as never);
            return [];
          } catch (error) {
            return [error as Error];
          }
        });
        for (const error of errors) expect(error.message.slice(0, start.length)).toBe(start);
        expect(errors.map(({ name }) => name).filter((name) => !/^(Type|Range)Error$/.test(name))).toEqual(
          [],
        );
        expect(junk.length - errors.length).toBe(accepted);
      });
    },
  );

  it("of map() for a parameter is an error, and no job is submitted", async () => {
    await run(async () => {
      await using pool = new ThreadPoolExecutor<{ f(n: number): number }>(url);
      expect(() => pool.map("f", 5 as unknown as number[])).toThrow(
        "map() needs an iterable of values for each",
      );
      expect(pool.statistics().queued).toBe(0);
    });
  });
});

it("a pool shows its state in the console, and not its fields", async () => {
  await run(async () => {
    await using pool = new ThreadPoolExecutor(url);
    expect(inspect(pool)).toBe(String(pool));
    expect(String(pool)).toMatch(/^<ThreadPoolExecutor of .*, 0 workers, 0 jobs running, 0 queued>$/);
  });
});
