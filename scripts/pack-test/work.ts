// What the pools of pools.ts run.
import { report } from "@asyncio-ts/executor/worker";

export function exit(code: number): void {
  process.exit(code);
}

export function fail(): void {
  throw new RangeError("failed");
}

export function fib(n: number): number {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

export async function later<T>(value: T): Promise<T> {
  return value;
}

export function spin(): void {
  for (;;);
}

export function steps(): string {
  for (let i = 1; i <= 3; i++) report(i);
  return "done";
}

export function whoami(): { pid: number } {
  return { pid: process.pid };
}
