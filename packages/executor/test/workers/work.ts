/** The functions that the tests run in workers. */
import { call, move, report } from "../../src/worker.js";
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { threadId } from "node:worker_threads";

/** No timer is longer. */
const LONGEST = 2 ** 31 - 1;

let calls = 0;

export function add(a: number, b: number): number {
  return a + b;
}

export async function addLater(a: number, b: number): Promise<number> {
  await pause(5);
  return a + b;
}

export function increment(n: number, by = 1): number {
  return n + by;
}

/** Counts this job, and returns the number of jobs of this worker that counted. */
export function count(): number {
  return ++calls;
}

export async function nap<T>(ms: number, value?: T): Promise<T | undefined> {
  await pause(ms);
  return value;
}

/** Waits until there is such a file: a `Gate` of the test that is opened. */
export async function pass<T>(file: string, value?: T): Promise<T | undefined> {
  while (!existsSync(file)) await pause(2);
  return value;
}

/** Blocks the thread for so many milliseconds. */
export function block(ms: number): string {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  return "unblocked";
}

export function spin(): never {
  for (;;);
}

/** Lets the file tell that the job has begun, and waits for ever. */
export async function begin(file: string): Promise<void> {
  appendFileSync(file, "begun\n");
  await pause(LONGEST);
}

export function whoami(): { readonly pid: number; readonly threadId: number } {
  return { pid: process.pid, threadId };
}

export function exit(code: number): never {
  process.exit(code);
}

/** Dies of an error that no job has thrown. */
export async function crash(): Promise<void> {
  setTimeout(() => {
    throw new RangeError("outside of the job");
  });
  await pause(LONGEST);
}

/** Has the worker die after the job is over, once there is such a file. */
export function exitLater(file: string): void {
  void pass(file).then(() => process.exit(7));
}

export function ignoreSignals(file: string): never {
  process.on("SIGTERM", () => {});
  writeFileSync(file, "ready");
  for (;;);
}

class PlanError extends RangeError {
  override name = "PlanError";
  readonly code = "E_PLAN";
  readonly step = { number: 3 };
}

export function fail(
  kind:
    | "TypeError"
    | "custom"
    | "cause"
    | "aggregate"
    | "abort"
    | "string"
    | "function"
    | "unreadable"
    | "circle",
): void {
  if (kind === "TypeError") throw new TypeError("of the wrong type");
  if (kind === "custom") throw new PlanError("no plan");
  if (kind === "aggregate") throw new AggregateError([new SyntaxError("one"), 2], "several");
  if (kind === "abort") throw new DOMException("stopped", "AbortError");
  if (kind === "circle") throw Object.assign(new Error("with a circle"), { circle: giveCircle() });
  if (kind === "unreadable") throw Object.defineProperty(new Error(), "message", { get: refuse });
  // oxlint-disable-next-line no-throw-literal -- people do
  if (kind === "string") throw "just text";
  // oxlint-disable-next-line no-throw-literal -- people do
  if (kind === "function") throw () => {};
  const root = new RangeError("the root");
  const middle = new Error("the middle", { cause: root });
  root.cause = middle;
  throw new Error("the top", { cause: middle });
}

export async function failLater(): Promise<void> {
  await pause(1);
  throw new Error("later");
}

export function same<T>(value: T): T {
  return value;
}

export function giveFunction(): unknown {
  return { rows: [{ format: () => 1 }] };
}

export function giveCircle(): unknown {
  const error = new Error("in a circle");
  error.cause = error;
  return error;
}

export function giveUnreadable(key: string): unknown {
  return Object.defineProperty({}, key, { get: refuse, enumerable: true });
}

function refuse(): never {
  throw new Error("no access");
}

export function length(buffer: ArrayBuffer | Uint8Array): number {
  return buffer.byteLength;
}

/** A buffer of its own, moved or copied, and whether the worker has it still when it looks again. */
let kept: Uint8Array | undefined;
export function make(bytes: number, how: "move" | "copy"): Uint8Array {
  kept = new Uint8Array(bytes).fill(7);
  return how === "move" ? move(kept) : kept;
}
export function keptBytes(): number {
  return kept?.byteLength ?? -1;
}

export function addToShared(cells: Int32Array): void {
  Atomics.add(cells, 0, 1);
}

export async function steps(count: number, ms = 0): Promise<string> {
  for (let i = 1; i <= count; i++) {
    report({ step: i });
    if (ms > 0) await pause(ms);
  }
  return "all steps";
}

/** The services of `chaos`. */
export interface Services {
  /** Returns the number after a while. */
  echo(n: number): Promise<number>;
  failSoon(): Promise<never>;
  hang(): Promise<never>;
}
const service = call<Services>();

/** Calls so many times at once, and adds up the results. */
export async function sumUp(count: number): Promise<number> {
  const results = await Promise.all(Array.from({ length: count }, (_, i) => service("echo", i)));
  return results.reduce((sum, n) => sum + n, 0);
}

export async function callFailing(): Promise<void> {
  await service("failSoon");
}

/** Waits for ever for a service. */
export async function callHanging(): Promise<void> {
  await service("hang");
}

/** Leaves calls behind. */
export async function callAndLeave(): Promise<string> {
  void service("hang");
  void service("echo", 1);
  return `left ${await service("echo", 2)}`;
}

/** Ends the worker among its calls. */
export async function callAndExit(): Promise<never> {
  void service("hang");
  await service("echo", 1);
  process.exit(5);
}

export function reportFunction(): void {
  report({ format: () => 1 });
}

export function fill(): number {
  const all: unknown[] = [];
  for (;;) all.push(new Array(10_000).fill(all.length));
}

export function environment(name: string): string | undefined {
  return process.env[name];
}

export function options(): string[] {
  return process.execArgv;
}

export function say(text: string): void {
  console.log(text);
}

export function sayOften(text: string, times: number): void {
  for (let i = 0; i < times; i++) console.log(text);
}
