import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ProcessPoolExecutor, ThreadPoolExecutor } from "@asyncio-ts/executor";

/** Both kinds of pool: what holds for one holds for the other. */
export const pools: readonly {
  readonly kind: "thread" | "process";
  readonly Pool: typeof ThreadPoolExecutor | typeof ProcessPoolExecutor;
}[] = [
  { kind: "thread", Pool: ThreadPoolExecutor },
  { kind: "process", Pool: ProcessPoolExecutor },
];

/** test/workers/work.ts, as build-workers.ts has built it. */
export const work: URL = new URL("../dist/work.js", import.meta.url);

/** Workers are real, so tests wait for real things to happen; what they wait for must come, however busy the machine. */
export async function until(condition: () => boolean, what: string, ms = 15_000): Promise<void> {
  const end = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`it did not come to this within ${ms} ms: ${what}`);
    await pause(5);
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

/** A file in which a worker leaves marks. */
export class Marks {
  readonly file: string = join(mkdtempSync(join(tmpdir(), "asyncio-ts-executor-")), "marks");

  get count(): number {
    return existsSync(this.file) ? readFileSync(this.file, "utf8").split("\n").length - 1 : 0;
  }

  get exists(): boolean {
    return existsSync(this.file);
  }
}
