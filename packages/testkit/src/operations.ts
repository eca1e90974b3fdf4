/**
 * Counts what a program has the library do, so that its cost can be compared without a clock.
 *
 * V8 counts how often each block of code runs, but only in code that is compiled after the count has begun: a
 * test imports `@asyncio-ts/testkit/operations` before the library.
 */
import { Session } from "node:inspector/promises";

const session = new Session();
session.connect();
await session.post("Profiler.enable");
await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });

/** Methods that visit or move each element: V8 counts one call, whatever the length. */
const visiting = [
  "concat",
  "filter",
  "forEach",
  "includes",
  "indexOf",
  "map",
  "shift",
  "slice",
  "splice",
  "unshift",
] as const;

/**
 * The number of blocks that ran in the sources of the packages, and of the elements of arrays that were
 * visited.
 */
export async function operationsOf(program: () => unknown): Promise<number> {
  const arrays = Array.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
  const originals = visiting.map((name) => [name, arrays[name] as (typeof arrays)[string]] as const);
  let elements = 0;
  for (const [name, original] of originals) {
    arrays[name] = function (this: unknown[], ...args) {
      elements += this.length;
      return original.apply(this, args);
    };
  }
  await session.post("Profiler.takePreciseCoverage"); // Sets the counts to 0.
  try {
    await program();
  } finally {
    for (const [name, original] of originals) arrays[name] = original;
  }
  const { result } = await session.post("Profiler.takePreciseCoverage");
  let blocks = 0;
  for (const { url, functions } of result) {
    if (!/\/packages\/(?!testkit\/)[\w-]+\/src\//.test(url)) continue;
    for (const { ranges } of functions) for (const { count } of ranges) blocks += count;
  }
  if (blocks === 0)
    throw new Error("nothing of the library was counted; import @asyncio-ts/testkit/operations before it");
  return blocks + elements;
}
