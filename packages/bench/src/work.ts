/** What the workers of the topic `executor` run: a job so small that what is measured is the way there and back. */
export function increment(n: number): number {
  return n + 1;
}
