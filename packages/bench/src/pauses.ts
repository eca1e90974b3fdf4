import { PerformanceObserver } from "node:perf_hooks";
import { pollOnce } from "./topic.js";

/**
 * Returns how long `work` takes in milliseconds, less the time for which the garbage collector stops it, and
 * what it gives.
 */
export async function apartFromPauses<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly milliseconds: number }> {
  const pauses: { readonly startTime: number; readonly duration: number }[] = [];
  const observer = new PerformanceObserver((list) => pauses.push(...list.getEntries()));
  observer.observe({ entryTypes: ["gc"] });
  const begin = performance.now();
  const result = await work();
  const end = performance.now();
  // Node tells of a pause in an immediate, and the observer in another.
  await pollOnce();
  await pollOnce();
  pauses.push(...observer.takeRecords());
  observer.disconnect();
  let milliseconds = end - begin;
  for (const { startTime, duration } of pauses) {
    if (startTime >= begin && startTime < end) milliseconds -= duration;
  }
  return { result, milliseconds };
}
