import * as asyncio from "asyncio-ts";
import { compute, processTime, type ProcessTime } from "./work.js";

/** The time that something took, and the time that it computed, in milliseconds. */
export interface Measurement {
  readonly wall: number;
  /** Of this process and the workers' processes. */
  readonly cpu: number;
}

/** Measures what `body` does. It gives the times of the processes that have worked for it. */
export const measure = asyncio.coroutine(
  async (body: () => PromiseLike<readonly ProcessTime[]>): Promise<Measurement> => {
    const before = processTime();
    const start = performance.now();
    const times = await body();
    const wall = performance.now() - start;
    const latest = new Map([[before.pid, processTime().cpu]]);
    for (const { pid, cpu } of times) latest.set(pid, Math.max(cpu, latest.get(pid) ?? 0));
    return { wall, cpu: [...latest.values()].reduce((sum, cpu) => sum + cpu) - before.cpu };
  },
);

/** Returns how many rounds of `compute` this machine does in so many milliseconds. */
export function roundsIn(milliseconds: number): number {
  let rounds = 1_000_000;
  for (;;) {
    const start = performance.now();
    compute(rounds);
    const time = performance.now() - start;
    if (time > 50) return Math.round((rounds * milliseconds) / time);
    rounds *= 2;
  }
}
