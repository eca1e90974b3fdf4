/**
 * JobQueue: the jobs that wait for a worker, in order of submission.
 *
 * It is a doubly linked list through the jobs themselves, so a cancelled job can be removed from any position
 * in constant time. An array would have to be searched. A Set would skip over the holes that its removed
 * first elements leave.
 */
export interface Queued {
  previous: this | undefined;
  next: this | undefined;
}

export class JobQueue<J extends Queued> {
  length = 0;
  first: J | undefined = undefined;
  private last: J | undefined = undefined;

  push(job: J): void {
    this.length++;
    job.previous = this.last;
    if (this.last === undefined) this.first = job;
    else this.last.next = job;
    this.last = job;
  }

  shift(): J | undefined {
    const { first } = this;
    if (first !== undefined) this.delete(first);
    return first;
  }

  /** Removes a job, which must be in this queue. */
  delete(job: J): void {
    const { previous, next } = job;
    this.length--;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.last = previous;
    else next.previous = previous;
    job.previous = undefined;
    job.next = undefined;
  }
}
