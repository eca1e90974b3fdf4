/**
 * JobQueue: the jobs that wait for a worker, in order of submission.
 *
 * A doubly linked list through the jobs themselves, so that a cancelled job leaves from anywhere at no cost. An array
 * would be searched for it; a Set walks over the holes that its removed first elements leave.
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

  /** Takes out a job that is in this queue. */
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
