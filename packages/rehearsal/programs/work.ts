// What the pools of executor.ts run.
export function double(n: number): number {
  return 2 * n;
}
