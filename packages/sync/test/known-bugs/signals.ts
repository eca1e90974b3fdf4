/** Mistakes with signals between tasks, and with locks. */
import { Future } from "@asyncio-ts/future";
import { Condition, Event, Lock } from "@asyncio-ts/sync";
import { gather, sleep, type Task } from "@asyncio-ts/task";
import { awaited, type Program } from "@asyncio-ts/testkit";
import { type KnownBug, mustHold } from "./known-bug.js";

export const signals: readonly KnownBug[] = [
  {
    name: "lost wake-up",
    what: "a consumer looks for items, and says only after a wait that it waits for them",
    smallest: 1,
    *program({ body }, outside, share) {
      const items: string[] = [];
      let waiter: Future<void> | undefined;
      share(() => [items, waiter]);
      const consume = body(function* () {
        if (items.length === 0) {
          yield* awaited(outside.future("the log says that there is nothing to do"));
          waiter = new Future<void>();
          yield* awaited(waiter);
        }
        mustHold(items.length === 1, "woken for nothing");
      });
      const produce = body(function* () {
        yield* awaited(sleep(1));
        items.push("job");
        waiter?.setResult();
      });
      yield* awaited(gather([consume, produce]));
    },
  },
  {
    name: "missed shutdown",
    what: "a worker clears the event that wakes it after it has looked whether to stop",
    smallest: 1,
    *program({ startTask }, outside, share) {
      const state = { stopped: false };
      const wake = new Event();
      share(() => [state.stopped, wake]);
      const worker = startTask(function* () {
        while (!state.stopped) {
          yield* awaited(outside.future("flushed"));
          wake.clear();
          yield* awaited(wake.wait());
        }
      });
      yield* awaited(sleep(1));
      state.stopped = true;
      wake.set();
      yield* awaited(worker);
    },
  },
  {
    name: "event before wait",
    what: "an answer wakes only those who wait already, and may come before anybody does",
    smallest: 1,
    *program(_, outside, share) {
      let waiter: Future<void> | undefined;
      share(() => [waiter]);
      outside.call(() => waiter?.setResult());
      yield* awaited(sleep(0));
      waiter = new Future<void>();
      yield* awaited(waiter);
    },
  },
  {
    name: "if instead of while",
    what: "a consumer that was notified does not look again, and another one was faster",
    smallest: 1,
    *program({ body, startTask }, _outside, share) {
      const condition = new Condition();
      const items: string[] = [];
      share(() => [condition, items]);
      const take = function* (): Program<void> {
        if (items.length === 0) yield* awaited(condition.wait());
        mustHold(items.length > 0, "nothing is there");
        items.pop();
      };
      const put = function* (): Program<void> {
        items.push("job");
        condition.notify();
      };
      const first = startTask(() => awaited(condition.with(body(take))));
      yield* awaited(sleep(1));
      yield* awaited(condition.with(body(put)));
      const second = startTask(() => awaited(condition.with(body(take))));
      yield* awaited(first);
      yield* awaited(condition.with(body(put)));
      yield* awaited(second);
    },
  },
  {
    name: "deadlock by lock order",
    what: "two tasks take two locks in opposite orders",
    smallest: 1,
    *program({ body }, outside, share) {
      const [left, right] = [new Lock(), new Lock()];
      share(() => [left, right]);
      const both = (delay: number, first: Lock, second: Lock) =>
        body(function* () {
          yield* awaited(sleep(delay));
          using _ = yield* awaited(first.acquire());
          yield* awaited(outside.future("read"));
          yield* awaited(second.with(() => {}));
        });
      yield* awaited(gather([both(1, left, right), both(2, right, left)]));
    },
  },
  {
    name: "dining philosophers",
    what: "three tasks take three locks in a circle",
    smallest: 2,
    *program({ body }, outside, share) {
      const forks = [new Lock(), new Lock(), new Lock()];
      share(() => forks);
      const dine = (seat: number) =>
        body(function* () {
          yield* awaited(sleep(seat + 1));
          using _ = yield* awaited((forks[seat] as Lock).acquire());
          yield* awaited(outside.future("thought"));
          yield* awaited((forks[(seat + 1) % 3] as Lock).with(() => {}));
        });
      yield* awaited(gather([dine(0), dine(1), dine(2)]));
    },
  },
  {
    name: "notify of the wrong one",
    what: "producers and consumers wait for one condition, which notifies one of them",
    smallest: 2,
    *program({ body, startTask }, _outside, share) {
      const changed = new Condition();
      const items: number[] = [];
      share(() => [changed, items]);
      const put = body(function* () {
        while (items.length === 1) yield* awaited(changed.wait());
        items.push(1);
        changed.notify();
      });
      const take = body(function* () {
        while (items.length === 0) yield* awaited(changed.wait());
        items.pop();
        changed.notify();
      });
      const tasks = [put, put, take, take].map((one) => startTask(() => awaited(changed.with(one))));
      yield* awaited(gather(tasks));
    },
  },
  {
    name: "double release",
    what: "a connection that is closed by its user and by its peer gives its place back twice",
    smallest: 1,
    *program({ startTask }, outside, share) {
      let free = 0;
      let isClosed = false;
      const close = function* (): Program<void> {
        if (isClosed) return;
        yield* awaited(sleep(0)); // says goodbye
        isClosed = true;
        free++;
      };
      const closings: Task<void>[] = [];
      share(() => [free, isClosed, closings]);
      outside.call(() => closings.push(startTask(close)));
      yield* awaited(sleep(0));
      yield* close();
      yield* awaited(sleep(1));
      yield* awaited(gather(closings));
      mustHold(free === 1, "one place was given back twice");
    },
  },
  {
    name: "no order among peers",
    what: "a task takes it that one that was started before it has set something up",
    smallest: 1,
    *program({ body }, _outside, share) {
      let config: { port: number } | undefined;
      share(() => [config?.port]);
      const load = body(function* () {
        yield* awaited(sleep(0));
        config = { port: 80 };
      });
      const listen = body(function* () {
        yield* awaited(sleep(0));
        mustHold(config?.port === 80, "there is no configuration yet");
      });
      yield* awaited(gather([load, listen]));
    },
  },
];
