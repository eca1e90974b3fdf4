/**
 * Descendants: the processes that pools inside of a worker have started.
 *
 * A worker that is ended by force can't end them any more, and one that computes would go on without anybody who knows of
 * it. So a worker tells the pool that it belongs to, which ends them with the worker, and tells on if it is in a worker
 * itself.
 */
import { shared } from "./shared.js";

/** Of all workers: they end with this process. */
const all = new Set<number>();

function killAll(): void {
  for (const pid of all) kill(pid);
}

export class Descendants {
  private readonly own: Set<number> = new Set();

  /** One has started, or has ended. */
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

  /** Ends those that are left. */
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
    // It has ended by itself.
  }
}
