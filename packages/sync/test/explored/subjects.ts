/**
 * Subjects: every primitive, as several users share it, and what must hold in the end whatever happened to
 * them.
 *
 * Each program of an exploration has one subject, and users of it in one of the scopes of `scopes.ts`. The
 * main task helps them along until all have ended, and then checks the subject.
 */
import { Barrier, BrokenBarrierError, Condition, Event, Lock, Semaphore } from "@asyncio-ts/sync";
import { Future } from "@asyncio-ts/future";
import { sleep } from "@asyncio-ts/task";
import { awaited, type Kind, type Program } from "@asyncio-ts/testkit";
import { mustHold } from "../known-bugs/known-bug.js";
import { lockLikes } from "../lock-likes.js";
import { contents, queues } from "../queues.js";

interface Subject {
  /** What one user does. */
  use(): Program<void>;
  /** Called again and again until all users have ended, so that those can go on who wait for it. */
  help(): void | PromiseLike<unknown>;
  /** Throws if something was lost. */
  check(): void;
}

export interface SubjectKind {
  readonly name: string;
  make(kind: Kind): Subject;
}

const nothing = (): void => {};

/** At most so many may be inside of it at a time. */
function section(name: string, most: number, make: () => Lock | Semaphore | Condition): SubjectKind {
  return {
    name,
    make({ body }) {
      const lock = make();
      let inside = 0;
      const within = function* (): Program<void> {
        mustHold(++inside <= most, `${inside} are inside of ${lock}`);
        try {
          yield* awaited(sleep(1));
        } finally {
          inside--;
        }
      };
      return {
        *use() {
          yield* awaited(lock.with(body(within)));
          const guard = yield* awaited(lock.acquire());
          try {
            yield* within();
          } finally {
            guard.release();
          }
        },
        help: nothing,
        check() {
          mustHold(/(unlocked|[^0] free), 0 waiting>$/.test(String(lock)), `${lock} is not free in the end`);
        },
      };
    },
  };
}

const condition: SubjectKind = {
  name: "Condition, waited for",
  make({ body }) {
    const condition = new Condition(new Lock());
    let tokens = 0;
    let taken = 0;
    let given = 0;
    return {
      *use() {
        yield* awaited(
          condition.with(
            body(function* () {
              yield* awaited(condition.waitFor(() => tokens > 0));
              mustHold(condition.locked(), "a waiter goes on without its lock");
              tokens--;
              taken++;
            }),
          ),
        );
      },
      help: () =>
        condition.with(() => {
          tokens++;
          given++;
          condition.notify();
        }),
      check() {
        mustHold(given === taken + tokens, `${given} tokens were given, ${taken} taken, ${tokens} are left`);
        mustHold(String(condition) === "<Condition unlocked, 0 waiting>", String(condition));
      },
    };
  },
};

const event: SubjectKind = {
  name: "Event",
  make() {
    const event = new Event();
    return {
      *use() {
        for (let i = 0; i < 2; i++) {
          mustHold(yield* awaited(event.wait()), "wait() gave false");
          yield* awaited(sleep(0));
        }
      },
      help() {
        event.set();
        event.clear();
      },
      check: () => mustHold(String(event) === "<Event unset, 0 waiting>", String(event)),
    };
  },
};

const barrier: SubjectKind = {
  name: "Barrier",
  make() {
    const barrier = new Barrier(2);
    return {
      *use() {
        try {
          const position = yield* awaited(barrier.wait());
          mustHold(position === 0 || position === 1, `a position of ${position}`);
        } catch (error) {
          if (!(error instanceof BrokenBarrierError)) throw error;
        }
      },
      // Who is cancelled leaves its partner alone.
      help: () => barrier.reset(),
      check: () => mustHold(barrier.nWaiting === 0, String(barrier)),
    };
  },
};

const queue = ({ name, make }: (typeof queues)[number]): SubjectKind => ({
  name,
  make() {
    const queue = make(1);
    let put = 0;
    const got: number[] = [];
    return {
      *use() {
        yield* awaited(queue.put(put));
        put++;
        got.push(yield* awaited(queue.get()));
        queue.taskDone();
      },
      // Who is cancelled may have left an item that fills the queue.
      help() {
        if (queue.full()) {
          got.push(queue.getNowait());
          queue.taskDone();
        }
      },
      check() {
        const left = queue.qsize();
        mustHold(put === got.length + left, `${put} were put, ${got.length} got, ${left} are left`);
        mustHold(contents(queue) === `${left} items, 0 getting, 0 putting`, String(queue));
      },
    };
  },
});

const future: SubjectKind = {
  name: "Future",
  make() {
    let next = new Future<number>();
    return {
      *use() {
        const value = yield* awaited(next);
        mustHold(value === 1, `a future gave ${value}`);
      },
      help() {
        const settled = next;
        next = new Future();
        if (!settled.done()) settled.setResult(1);
      },
      check: nothing,
    };
  },
};

export const subjects: readonly SubjectKind[] = [
  ...lockLikes.map(({ name, make }) => section(name, 1, make as () => Lock)),
  section("Semaphore(2)", 2, () => new Semaphore(2)),
  condition,
  event,
  barrier,
  ...queues.map(queue),
  future,
];
