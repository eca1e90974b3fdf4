/** Mistakes with cancellation and timeouts. */
import { Future, isCancelled } from "@asyncio-ts/future";
import { Lock, Queue } from "@asyncio-ts/sync";
import { gather, sleep, type Task } from "@asyncio-ts/task";
import { awaited, type Program } from "@asyncio-ts/testkit";
import { type KnownBug, mustHold } from "./known-bug.js";

/** Waits for tasks some of which were cancelled. */
function* settled(tasks: readonly Task<void>[]): Program<void> {
  for (const result of yield* awaited(gather(tasks, { returnExceptions: true }))) {
    if (result !== undefined && !isCancelled(result)) throw result;
  }
}

export const cancellation: readonly KnownBug[] = [
  {
    name: "leaked permit",
    what: "a permit is handed to a waiter that was cancelled",
    cancel: true,
    smallest: 1,
    *program({ startTask }, _outside, share) {
      let free = 1;
      const waiters: Future<void>[] = [];
      share(() => [free, waiters]);
      const tasks = [1, 2, 3].map(() =>
        startTask(function* () {
          if (free > 0) free--;
          else {
            const waiter = new Future<void>();
            waiters.push(waiter);
            yield* awaited(waiter);
          }
          try {
            yield* awaited(sleep(1));
          } finally {
            const next = waiters.shift();
            if (next === undefined) free++;
            else if (!next.done()) next.setResult();
          }
        }),
      );
      yield* settled(tasks);
      mustHold(free === 1, "a permit is lost");
    },
  },
  {
    name: "cancel between acquire and try",
    what: "a lock is held over a wait outside the try block that releases it",
    cancel: true,
    smallest: 1,
    *program({ startTask }, _outside, share) {
      const lock = new Lock();
      share(() => [lock]);
      const tasks = [1, 2].map(() =>
        startTask(function* () {
          yield* awaited(lock.acquire());
          yield* awaited(sleep(1));
          try {
            yield* awaited(sleep(1));
          } finally {
            lock.release();
          }
        }),
      );
      yield* settled(tasks);
      mustHold(!lock.locked(), "the lock is held by nobody");
    },
  },
  {
    name: "swallowed cancellation",
    what: "a catch takes the cancellation for a failure, and the task goes on",
    smallest: 1,
    *program({ startTask }, outside, share) {
      let written = false;
      share(() => [written]);
      const task = startTask(function* () {
        try {
          yield* awaited(outside.future("read"));
        } catch {
          // The file is not there.
        }
        yield* awaited(sleep(5));
        written = true;
      });
      yield* awaited(sleep(1));
      task.cancel();
      yield* settled([task]);
      mustHold(!written, "a task that was cancelled has gone on");
    },
  },
  {
    name: "result lost to a timeout",
    what: "the loser of a race goes on, and takes the item that arrives after the timeout",
    smallest: 1,
    *program({ startTask }, outside, share) {
      const queue = new Queue<string>();
      outside.call(() => queue.putNowait("job"));
      const first = new Future<string | undefined>();
      share(() => [queue, first]);
      const end = (item?: string): void => {
        if (!first.done()) first.setResult(item);
      };
      startTask(function* () {
        end(yield* awaited(queue.get()));
      });
      startTask(function* () {
        yield* awaited(sleep(5));
        end();
      });
      const item = (yield* awaited(first)) ?? (yield* awaited(queue.get()));
      mustHold(item === "job", "another item");
    },
  },
  {
    name: "cancelled leader",
    what: "callers wait for the one that loads the value, and that one was cancelled",
    cancel: true,
    smallest: 1,
    *program({ startTask }, _outside, share) {
      let loading: Future<string> | undefined;
      share(() => [loading]);
      const tasks = [1, 2].map(() =>
        startTask(function* () {
          if (loading !== undefined) {
            yield* awaited(loading);
            return;
          }
          loading = new Future<string>();
          yield* awaited(sleep(1));
          loading.setResult("value");
        }),
      );
      yield* settled(tasks);
    },
  },
];
