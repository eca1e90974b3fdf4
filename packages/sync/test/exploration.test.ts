/**
 * Many tasks that do random things with one primitive, while random ones are cancelled: whatever happens,
 * nothing is lost, nobody overtakes, and nobody waits in vain (the run would end with a DeadlockError).
 */
import { isCancelled } from "@asyncio-ts/future";
import { explore, virtualLoop } from "@asyncio-ts/loop/testing";
import {
  Barrier,
  BrokenBarrierError,
  Condition,
  Event,
  Lock,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  Semaphore,
} from "@asyncio-ts/sync";
import { createTask, gather, run, sleep, type Task, timeout, TimeoutError, waitFor } from "@asyncio-ts/task";
import { describe, expect, it, vi } from "vitest";
import { awaited, bothKinds, type Kind, type Program, RandomNumbers } from "@asyncio-ts/testkit";
import { type LockLike, lockLikes } from "./lock-likes.js";
import { contents, queues } from "./queues.js";

// Each test is many runs.
vi.setConfig({ testTimeout: 60_000 });

const seeds = Array.from({ length: 40 }, (_, index) => index + 1);

interface Order {
  readonly order: string;
  /** True if those who are woken in one iteration go on in the order in which they were woken. */
  readonly inOrder: boolean;
  play(main: () => Promise<unknown> | Generator, seed: number): Promise<void>;
}

const orders: readonly Order[] = [
  {
    order: "in the order of the loop",
    inOrder: true,
    play: async (main) => void (await run(main as () => Promise<unknown>, { loopFactory: virtualLoop })),
  },
  {
    order: "with what is ready shuffled",
    inOrder: false,
    play: async (main, seed) => void (await explore(main, { strategy: "random", seed, runs: 1 })),
  },
];

/** Those who asked, and those who got in, as they did. */
class Turns {
  private readonly asked: number[] = [];
  private readonly entered: number[] = [];
  private inside = 0;
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  ask(): number {
    return this.asked.push(this.asked.length) - 1;
  }

  enter(ticket: number): void {
    this.entered.push(ticket);
    expect(++this.inside).toBeLessThanOrEqual(this.most);
  }

  leave(): void {
    this.inside--;
  }

  check(inOrder: boolean): void {
    expect(this.inside).toBe(0);
    expect(this.entered.length).toBeGreaterThan(5);
    if (inOrder) expect(this.entered).toEqual([...this.entered].sort((a, b) => a - b));
  }
}

describe.each(orders)("$order,", ({ inOrder, play }) => {
  describe.each(bothKinds)("in %s,", (kind) => {
    const { body, startTask } = kind;

    const explored = async (program: (random: RandomNumbers) => Program<void>): Promise<void> => {
      for (const seed of seeds) {
        try {
          await play(
            body(() => program(new RandomNumbers(seed))),
            seed,
          );
        } catch (cause) {
          throw new Error(`with the seed ${seed}: ${String(cause)}`, { cause });
        }
      }
    };

    it.each([
      ...lockLikes.map(({ name, make }) => ({ name, make, most: 1 })),
      { name: "Semaphore(3)", make: (): LockLike => new Semaphore(3), most: 3 },
    ])(
      "$name is never held by more than it may, nor out of order, and is free in the end",
      async ({ make, most }) => {
        await explored(function* (random) {
          const lock = make();
          const turns = new Turns(most);
          const section = function* (ticket: number): Program<void> {
            turns.enter(ticket);
            try {
              for (let pause = random.below(3); pause > 0; pause--) yield* awaited(sleep(random.below(3)));
            } finally {
              turns.leave();
            }
          };
          const ways: ((ticket: number) => Program<void>)[] = [
            function* (ticket) {
              const guard = yield* awaited(lock.acquire());
              try {
                yield* section(ticket);
              } finally {
                guard.release();
              }
            },
            (ticket) => awaited(lock.with(body(() => section(ticket)))),
            (ticket) => awaited(timeout(random.below(8)).with(() => lock.with(body(() => section(ticket))))),
            function* (ticket) {
              using _ = yield* awaited(waitFor(lock.acquire(), 1 + random.below(8)));
              yield* section(ticket);
            },
          ];
          const member = body(function* () {
            for (let round = 0; round < 5; round++) {
              const way = random.oneOf(ways);
              try {
                yield* way(turns.ask());
              } catch (error) {
                if (!(error instanceof TimeoutError)) throw error;
              }
              if (random.oneIn(3)) yield* awaited(sleep(random.below(5)));
            }
          });
          const tasks = Array.from({ length: 10 }, () => createTask(member));
          yield* cancelSome(tasks, kind, random);
          expect(String(lock)).toMatch(/(unlocked|[^0] free), 0 waiting>$/);
          expect(lock.locked()).toBe(false);
          turns.check(inOrder || most === 1);
        });
      },
    );

    it("two Conditions of one Lock lose no item between producers and consumers", async () => {
      await explored(function* (random) {
        const lock = new Lock();
        const [added, removed] = [new Condition(lock), new Condition(lock)];
        const room = 1 + random.below(3);
        const items: number[] = [];
        const put: number[] = [];
        const got: number[] = [];
        const state = { ended: false };
        const producer = body(function* () {
          for (let round = 0; round < 4; round++) {
            yield* awaited(
              removed.with(
                body(function* () {
                  yield* awaited(removed.waitFor(() => items.length < room));
                  items.push(put.push(put.length) - 1);
                  expect(items.length).toBeLessThanOrEqual(room);
                  added.notify();
                  if (random.oneIn(2)) yield* awaited(sleep(random.below(3)));
                }),
              ),
            );
          }
        });
        const consumer = body(function* () {
          while (!state.ended || items.length > 0) {
            yield* awaited(
              added.with(
                body(function* () {
                  yield* awaited(added.waitFor(() => items.length > 0 || state.ended));
                  expect(lock.locked()).toBe(true);
                  const item = items.shift();
                  if (item === undefined) return;
                  got.push(item);
                  removed.notify();
                  if (random.oneIn(2)) yield* awaited(sleep(random.below(3)));
                }),
              ),
            );
          }
        });
        // One of each is never cancelled: they must not be left waiting by the others.
        const spared = [createTask(producer), createTask(consumer)];
        const producers = Array.from({ length: 4 }, () => createTask(producer));
        const consumers = Array.from({ length: 4 }, () => createTask(consumer));
        yield* cancelSome([...producers, ...consumers], kind, random, producers);
        yield* awaited(spared[0] as Task<void>);
        state.ended = true;
        yield* awaited(added.with(() => added.notifyAll()));
        yield* awaited(gather([...spared, ...consumers], { returnExceptions: true }));
        expect(items).toEqual([]);
        expect(got).toEqual(put);
        expect(String(added)).toBe("<Condition unlocked, 0 waiting>");
        expect(String(removed)).toBe("<Condition unlocked, 0 waiting>");
      });
    });

    it("an Event lets everybody go on who waited when it was set", async () => {
      await explored(function* (random) {
        const event = new Event();
        const waiting = new Set<object>();
        const member = body(function* () {
          for (let round = 0; round < 5; round++) {
            yield* awaited(sleep(random.below(4)));
            const wait = {};
            waiting.add(wait);
            try {
              expect(yield* awaited(event.wait())).toBe(true);
            } finally {
              waiting.delete(wait);
            }
          }
        });
        const tasks = Array.from({ length: 8 }, () => createTask(member));
        const setter = startTask(function* () {
          while (tasks.some((task) => !task.done())) {
            yield* awaited(sleep(random.below(3)));
            const woken = [...waiting];
            event.set();
            if (random.oneIn(2)) event.clear();
            // Nothing is ready any more when the clock goes on.
            yield* awaited(sleep(1));
            expect(woken.filter((wait) => waiting.has(wait))).toEqual([]);
            event.clear();
          }
        });
        yield* cancelSome(tasks, kind, random);
        yield* awaited(setter);
        expect(String(event)).toBe("<Event unset, 0 waiting>");
      });
    });

    it("a Barrier lets as many pass at a time as it takes, in positions of their own", async () => {
      await explored(function* (random) {
        const count = 2 + random.below(4);
        const barrier = new Barrier(count);
        const rounds: number[][] = Array.from({ length: 6 }, () => []);
        const member = body(function* () {
          for (const round of rounds) {
            if (random.oneIn(2)) yield* awaited(sleep(random.below(3)));
            round.push(yield* awaited(barrier.wait()));
            expect(barrier.nWaiting).toBeLessThan(count);
          }
        });
        yield* awaited(gather(Array.from({ length: count }, () => createTask(member))));
        for (const round of rounds) {
          expect(round.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index));
        }
      });
    });

    it("a Barrier can be used again after random cancellations, resets and breaks", async () => {
      await explored(function* (random) {
        const count = 2 + random.below(3);
        const barrier = new Barrier(count);
        const member = body(function* () {
          for (let round = 0; round < 6; round++) {
            try {
              const position = yield* awaited(timeout(1 + random.below(20)).with(() => barrier.wait()));
              expect(position).toBeGreaterThanOrEqual(0);
              expect(position).toBeLessThan(count);
            } catch (error) {
              if (!(error instanceof BrokenBarrierError || error instanceof TimeoutError)) throw error;
            }
            yield* awaited(sleep(random.below(3)));
          }
        });
        const disturber = body(function* () {
          for (let round = 0; round < 5; round++) {
            yield* awaited(sleep(random.below(5)));
            yield* awaited(random.oneIn(3) ? barrier.abort() : barrier.reset());
          }
        });
        const tasks = [disturber, ...Array.from({ length: 6 }, () => member)].map((one) => createTask(one));
        yield* cancelSome(tasks, kind, random);
        yield* awaited(barrier.reset());
        expect(String(barrier)).toBe(`<Barrier filling, 0 of ${count} waiting>`);
        const positions = yield* awaited(gather(Array.from({ length: count }, () => barrier.wait())));
        expect(positions.sort((a, b) => a - b)).toEqual([...positions.keys()]);
      });
    });

    it.each(queues)(
      "$name gives each item once, in its order, and never holds too many",
      async ({ make, order }) => {
        await explored(function* (random) {
          const maxsize = random.below(4);
          const queue = make(maxsize);
          const model: number[] = [];
          let next = 0;
          let dropped = 0;
          const added = (item: number): void => {
            model.push(item);
            expect(queue.qsize()).toBe(model.length);
            if (maxsize > 0) expect(model.length).toBeLessThanOrEqual(maxsize);
          };
          const taken = (item: number): void => {
            expect(item).toBe(order(model)[0]);
            model.splice(model.indexOf(item), 1);
            expect(queue.qsize()).toBe(model.length);
            queue.taskDone();
          };
          // A priority is not the order in which items are put.
          const item = (): number => (next++ * 7919) % 10_007;
          const put = function* (): Program<void> {
            const one = item();
            yield* awaited(queue.put(one));
            added(one);
          };
          const get = function* (): Program<void> {
            taken(yield* awaited(queue.get()));
          };
          const limit = () => timeout(random.below(6));
          const ways: (() => Program<void>)[] = [
            put,
            get,
            put,
            get,
            () => awaited(limit().with(body(put))),
            () => awaited(limit().with(body(get))),
            function* () {
              taken(yield* awaited(waitFor(queue.get(), 1 + random.below(6))));
            },
            function* () {
              const one = item();
              queue.putNowait(one);
              added(one);
            },
            function* () {
              taken(queue.getNowait());
            },
          ];
          const member = body(function* () {
            for (let round = 0; round < 10; round++) {
              try {
                yield* random.oneOf(ways)();
              } catch (error) {
                if (error instanceof QueueShutDown) return;
                const expected = [TimeoutError, QueueFull, QueueEmpty];
                if (!expected.some((one) => error instanceof one)) throw error;
              }
              if (random.oneIn(3)) yield* awaited(sleep(random.below(3)));
            }
          });
          const tasks = Array.from({ length: 10 }, () => createTask(member));
          const end = startTask(function* () {
            yield* awaited(sleep(10 + random.below(40)));
            const immediate = random.oneIn(2);
            queue.shutdown({ immediate });
            if (immediate) dropped = model.splice(0).length;
          });
          yield* cancelSome(tasks, kind, random);
          yield* awaited(end);
          expect(dropped + model.length).toBeLessThanOrEqual(next);
          for (const left of order(model)) {
            expect(queue.getNowait()).toBe(left);
            queue.taskDone();
          }
          yield* awaited(queue.join());
          expect(contents(queue)).toBe("0 items, 0 getting, 0 putting");
        });
      },
    );
  });
});

/** Cancels random ones of the tasks at random times, and waits for all of them, or for some. */
function* cancelSome(
  tasks: readonly Task<void>[],
  { startTask }: Kind,
  random: RandomNumbers,
  awaitedTasks: readonly Task<void>[] = tasks,
): Program<void> {
  const canceller = startTask(function* () {
    for (let count = random.below(tasks.length); count > 0; count--) {
      yield* awaited(sleep(random.below(4)));
      const victim = random.oneOf(tasks);
      victim.cancel();
      if (random.oneIn(4)) victim.cancel();
    }
  });
  for (const result of yield* awaited(gather([...awaitedTasks, canceller], { returnExceptions: true }))) {
    if (result !== undefined && !isCancelled(result)) throw result;
  }
}
