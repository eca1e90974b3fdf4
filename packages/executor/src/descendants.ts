/**
 * Descendants: the processes that a worker has started: those of pools inside it, and those of
 * `@asyncio-ts/subprocess`. A number below 0 is that of a process group, as for kill(2).
 *
 * A worker that is terminated can't end them, and a busy one of them would continue although no code knows of
 * it. So a worker reports them to its pool, which kills them together with the worker. A pool that is in a
 * worker itself passes the report on.
 */
import { shared } from "./shared.js";

/** Descendants of all workers. They are killed when this process exits. */
const all = new Set<number>();

function killAll(): void {
  for (const pid of all) kill(pid);
}

export class Descendants {
  private readonly own: Set<number> = new Set();

  /** Records that a descendant has started or exited. */
  note(pid: number, alive: boolean): void {
    if (!alive) {
      this.own.delete(pid);
      forget(pid);
      return;
    }
    this.own.add(pid);
    if (all.size === 0) process.on("exit", killAll);
    all.add(pid);
    shared.child?.(pid, true);
  }

  /** Kills the remaining descendants. */
  end(): void {
    for (const pid of this.own) {
      kill(pid);
      forget(pid);
    }
    this.own.clear();
  }
}

function forget(pid: number): void {
  if (!all.delete(pid)) return;
  if (all.size === 0) process.off("exit", killAll);
  shared.child?.(pid, false);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has exited already.
  }
}
