/**
 * Tells the states of a program's locks, semaphores and the like over time. A recording says who waits for them, and
 * not who holds them: so each is looked at after each turn of the loop.
 */
import { type contract, slot } from "@asyncio-ts/future/internal";
import { waitFacts, type WaitFacts } from "@asyncio-ts/future/lowlevel";
import * as sync from "@asyncio-ts/sync";
import type { Facts, State } from "../messages.js";

/** More states than a picture can show are not kept. */
const MOST = 5000;

interface Watched {
  readonly object: object;
  readonly name: string;
  readonly read: () => Facts;
  last: string;
}

interface Inspected {
  readonly ids: WeakMap<object, number>;
  last: number;
}

type Class = abstract new (...args: never[]) => object;

/** Watches the objects that are made with `classes`, until the worker ends. */
export class ObjectWatch {
  readonly states: State[] = [];
  private readonly watched: Watched[] = [];
  private readonly clock: () => number;

  constructor(clock: () => number) {
    this.clock = clock;
    const nothing = (): void => {};
    const observer: contract.Observer = {
      turnEnded: () => this.look(),
      turnBegins: nothing,
      waitBegins: nothing,
      sliceBegins: nothing,
      scheduled: nothing,
      taskMade: nothing,
      cancelRequested: nothing,
      taskEnded: nothing,
    };
    slot.observe?.(observer);
  }

  /** The classes of `@asyncio-ts/sync` that are watched, by their names. */
  readonly classes: Readonly<Record<string, unknown>> = {
    Lock: this.watching(sync.Lock, (lock) => {
      const { holder } = factsOf(lock);
      return {
        kind: "lock",
        isLocked: lock.locked(),
        holder: typeof holder === "object" && holder !== null ? idOf(holder) : null,
      };
    }),
    Semaphore: this.watching(sync.Semaphore, readSemaphore),
    BoundedSemaphore: this.watching(sync.BoundedSemaphore, readSemaphore),
    Event: this.watching(sync.Event, (event) => ({ kind: "event", isSet: event.isSet() })),
    Condition: this.watching(sync.Condition, (condition) => ({
      kind: "condition",
      isLocked: condition.locked(),
    })),
    Queue: this.watching(sync.Queue, readQueue),
    PriorityQueue: this.watching(sync.PriorityQueue, readQueue),
    LifoQueue: this.watching(sync.LifoQueue, readQueue),
    Barrier: this.watching(sync.Barrier, ({ nWaiting, parties }) => ({
      kind: "barrier",
      arrived: nWaiting,
      parties,
    })),
  };

  /** Returns the class; what is made with it is watched. */
  private watching<C extends Class>(
    made: C,
    read: (object: InstanceType<C>, args: readonly unknown[]) => Facts,
  ): C {
    let count = 0;
    return new Proxy(made, {
      construct: (target, args: unknown[], newTarget) => {
        const object = Reflect.construct(target, args, newTarget) as InstanceType<C>;
        this.watched.push({
          object,
          name: `${made.name} ${(count += 1)}`,
          read: () => read(object, args),
          last: "",
        });
        this.look();
        return object;
      },
    });
  }

  private look(): void {
    for (const one of this.watched) {
      const facts = one.read();
      const text = JSON.stringify(facts);
      if (text === one.last || this.states.length >= MOST) continue;
      one.last = text;
      this.states.push({ time: this.clock(), object: idOf(one.object), name: one.name, facts });
    }
  }
}

function readSemaphore(semaphore: sync.Semaphore, [permits = 1]: readonly unknown[]): Facts {
  return { kind: "semaphore", free: Number(factsOf(semaphore)["value"]), permits: Number(permits) };
}

function readQueue(queue: sync.Queue<unknown>): Facts {
  return { kind: "queue", size: queue.qsize() };
}

function factsOf(object: object): WaitFacts {
  return (object as { [waitFacts](): WaitFacts })[waitFacts]();
}

/** The number that a recording gives to the object. */
function idOf(object: object): number {
  const inspected = (slot.inspected ??= { ids: new WeakMap(), last: 0 }) as Inspected;
  let id = inspected.ids.get(object);
  if (id === undefined) inspected.ids.set(object, (id = inspected.last += 1));
  return id;
}
