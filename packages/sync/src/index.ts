export { Barrier, BrokenBarrierError } from "./barrier.js";
export { Condition } from "./condition.js";
export { QueueEmpty, QueueFull, QueueShutDown } from "./errors.js";
export { Event } from "./event.js";
export { Acquirable, Guard } from "./guard.js";
export { Lock } from "./lock.js";
export { LifoQueue, PriorityQueue, Queue, type QueueOptions } from "./queue.js";
export { BoundedSemaphore, Semaphore } from "./semaphore.js";
export type { Store } from "./store.js";
