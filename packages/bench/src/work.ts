/**
 * The job that the workers of the topic `executor` run, so small that what is measured is the way there and
 * back.
 */
export function increment(n: number): number {
  return n + 1;
}
