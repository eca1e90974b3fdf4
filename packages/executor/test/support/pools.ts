import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ProcessPoolExecutor, ThreadPoolExecutor } from "@asyncio-ts/executor";

interface PoolOfKind {
  readonly kind: "thread" | "process";
  readonly Pool: typeof ThreadPoolExecutor | typeof ProcessPoolExecutor;
}

const both: readonly PoolOfKind[] = [
  { kind: "thread", Pool: ThreadPoolExecutor },
  { kind: "process", Pool: ProcessPoolExecutor },
];

/** Mutation testing tries one kind, which takes a third of the time (vitest.mutation.config.ts). */
const only = process.env["ASYNCIO_TS_WORKERS"];

/** Both kinds of pool: what holds for one holds for the other. */
export const pools: readonly PoolOfKind[] = both.filter(({ kind }) => only === undefined || kind === only);

/** test/workers/work.ts, as build-workers.ts has built it. */
export const work: URL = new URL("../dist/work.js", import.meta.url);

/** Returns what the engine says of a value that can't be cloned. */
export function refusalOf(value: unknown): string {
  try {
    structuredClone(value);
    return "";
  } catch (error) {
    return (error as Error).message.replace(/\.$/, "");
  }
}

export function isAlive(pid: number): boolean {
  try {
    // A process that has ended, but whose parent has not looked, is still there in name.
    const state = /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1];
    if (state === "Z") return false;
  } catch {
    // No such process, or not Linux.
  }
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function newFile(name: string): string {
  return join(mkdtempSync(join(tmpdir(), "asyncio-ts-executor-")), name);
}

/**
 * A file that a job waits for, with `pass(gate.file)` of work.ts: it goes on when the test says so, and not
 * by the clock.
 */
export class Gate {
  readonly file: string = newFile("gate");

  open(): void {
    writeFileSync(this.file, "");
  }
}

/** A file in which a worker leaves marks. */
export class Marks {
  readonly file: string = newFile("marks");

  get count(): number {
    return existsSync(this.file) ? readFileSync(this.file, "utf8").split("\n").length - 1 : 0;
  }

  get text(): string {
    return readFileSync(this.file, "utf8");
  }

  get exists(): boolean {
    return existsSync(this.file);
  }
}
