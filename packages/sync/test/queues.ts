/** All queues, for the tests that hold for all of them. */
import { LifoQueue, PriorityQueue, Queue } from "@asyncio-ts/sync";

export interface QueueKind {
  readonly name: string;
  make(maxsize?: number): Queue<number>;
  /** In which order the queue gives items that were put one after the other. */
  order(items: readonly number[]): number[];
}

/** For `describe.each`. */
export const queues: readonly QueueKind[] = [
  { name: "Queue", make: (maxsize) => new Queue(maxsize), order: (items) => [...items] },
  {
    name: "PriorityQueue",
    make: (maxsize) => new PriorityQueue(maxsize),
    order: (items) => [...items].sort((a, b) => a - b),
  },
  {
    name: "LifoQueue",
    make: (maxsize) => new LifoQueue(maxsize),
    order: (items) => [...items].sort((a, b) => items.lastIndexOf(b) - items.lastIndexOf(a)),
  },
];

/** Tells how many items a queue holds, and how many wait for it. */
export function contents(queue: Queue<number>): string {
  const [, items, waiting] = /(\d+ items).*?(\d+ getting, \d+ putting)/.exec(String(queue)) ?? [];
  return `${items}, ${waiting}`;
}
