/**
 * Names in Redis, beside those of BullMQ. They begin as BullMQ's do, so that in a cluster a prefix in braces
 * keeps all of a queue in one slot; and since no id of a job has a colon, they are never the key of a job.
 */
export const PREFIX = "bull";

export class Names {
  /** The channel that carries the ids of jobs to cancel, to all workers of the queue. */
  readonly cancellations: string;
  private readonly base: string;

  constructor(prefix: string, queue: string, db: number = 0) {
    this.base = `${prefix}:${queue}:asyncio`;
    // Channels belong to no database.
    this.cancellations = `${this.base}:cancel:${db}`;
  }

  /** The key that lives as long as the caller does: its lease. */
  caller(id: string): string {
    return `${this.base}:caller:${id}`;
  }

  /** The key that says that a job is to be cancelled, for workers that missed the message; its value is the reason. */
  cancelled(job: string): string {
    return `${this.base}:cancelled:${job}`;
  }

  /** The key that says that the worker of a job is stopping it because of that. */
  confirmed(job: string): string {
    return `${this.base}:confirmed:${job}`;
  }

  /** The key that has a result which is too long for a job of BullMQ. */
  result(job: string): string {
    return `${this.base}:result:${job}`;
  }
}
