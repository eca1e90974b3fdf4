/** The functions that the workers of executor.ts run. */
import { move, report } from "@asyncio-ts/executor/worker";

export function fib(n: number): number {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

export async function later<T>(value: T): Promise<T> {
  return value;
}

export function fail(): void {
  throw new RangeError("failed", { cause: "a cause" });
}

export function exit(code: number): void {
  process.exit(code);
}

/** Reports that it has begun, and never ends. */
export function spin(): void {
  report("spinning");
  for (;;);
}

/** As `spin`, in a process that ignores SIGTERM. */
export function ignoreSigterm(): void {
  process.on("SIGTERM", () => {});
  spin();
}

/** Returns what can't be cloned. */
export function giveFunction(): { readonly callback: () => void } {
  return { callback: () => {} };
}

/** Reports what can't be cloned. */
export function reportFunction(): void {
  report(() => {});
}

/** Throws what can't be cloned. */
export function throwFunction(): void {
  throw Object.assign(new Error("carries a function"), { callback: () => {} });
}

export function steps(): string {
  for (let i = 1; i <= 3; i++) report(i);
  return "done";
}

export function sum(numbers: Float64Array): number {
  return numbers.reduce((total, number) => total + number, 0);
}

export function makeBytes(length: number): Uint8Array {
  return move(new Uint8Array(length).fill(7));
}

export function add(shared: Int32Array): void {
  Atomics.add(shared, 0, 1);
}

export function describe(value: Map<string, Set<bigint>>): string {
  return [...value].map(([key, set]) => `${key}: ${[...set].join()}`).join();
}

export function whoami(): number {
  return process.pid;
}

export function variable(name: string): string | undefined {
  return process.env[name];
}
