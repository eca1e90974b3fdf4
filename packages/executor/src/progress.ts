/** Progress: the values that a job reports, for all loops over its `progress`. Without a loop they are dropped. */
import { Future } from "@asyncio-ts/future";

export class Progress<P> {
  private readonly followers: Set<Follower<P>> = new Set();
  private isOver = false;

  /** Passes a value to all loops. */
  report(value: P): void {
    for (const follower of this.followers) follower.values.push(value);
    this.wake();
  }

  /** The job has ended, and so do the loops, once they have yielded what they have. */
  end(): void {
    this.isOver = true;
    this.wake();
  }

  /** Yields the values from the start of the loop on. */
  async *follow(): AsyncGenerator<P, void, void> {
    const follower: Follower<P> = { values: [], waiter: undefined };
    this.followers.add(follower);
    try {
      for (;;) {
        const { values } = follower;
        follower.values = [];
        yield* values;
        if (follower.values.length > 0) continue;
        if (this.isOver) return;
        follower.waiter = new Future<void>();
        await follower.waiter;
      }
    } finally {
      this.followers.delete(follower);
    }
  }

  private wake(): void {
    for (const { waiter } of this.followers) if (waiter?.done() === false) waiter.setResult();
  }
}

/** One loop over `progress`. */
interface Follower<P> {
  /** Values that were reported and not yielded yet. */
  values: P[];
  waiter: Future<void> | undefined;
}
