/** Counts what a process has of the system, to compare it before and after. */
import { readdirSync, readFileSync } from "node:fs";
import { collectGarbage } from "@asyncio-ts/testkit";

export interface Holdings {
  readonly processes: number;
  readonly threads: number;
  /** Open files, sockets and pipes. */
  readonly files: number;
  /** The number of things that keep the process alive, as Node counts them. */
  readonly handles: number;
  /** Megabytes of the heap after a collection. */
  readonly heap: number;
}

/** Counts what this process has now. Only Linux tells of processes, threads and files. */
export async function holdings(): Promise<Holdings> {
  await collectGarbage();
  const threads = readdirSync("/proc/self/task");
  const children = threads.flatMap((id) =>
    readFileSync(`/proc/self/task/${id}/children`, "utf8").split(" ").filter(Boolean),
  );
  return {
    processes: children.length,
    threads: threads.length,
    files: readdirSync("/proc/self/fd").length,
    handles: process.getActiveResourcesInfo().length,
    heap: Math.round(process.memoryUsage().heapUsed / 2 ** 20),
  };
}
