/** The module that examples of the documentation name as "./work.js". */
import { call, report } from "@asyncio-ts/executor/worker";

export function fib(n: number): number {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

export function sum(numbers: Float64Array): number {
  return numbers.reduce((total, number) => total + number, 0);
}

export function sumUpTo(n: number): number {
  let total = 0;
  for (let i = 1; i <= n; i++) {
    total += i;
    if (i % (n / 4) === 0) report(i / n);
  }
  return total;
}

/** The services that the examples give their pools. */
export interface Services {
  lookup(id: number): Promise<number>;
}

export async function total(ids: number[]): Promise<number> {
  const prices = await Promise.all(ids.map((id) => call<Services>("lookup", id)));
  return prices.reduce((sum, price) => sum + price, 0);
}

export function leave(code: number): void {
  process.exit(code);
}
