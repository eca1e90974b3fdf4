/** Mistakes with state that several tasks share. */
import { gather, sleep } from "@asyncio-ts/task";
import { awaited } from "@asyncio-ts/testkit";
import { type KnownBug, mustHold } from "./known-bug.js";

export const sharedState: readonly KnownBug[] = [
  {
    name: "lost update",
    what: "a counter is read before a wait and written after it",
    smallest: 1,
    *program({ body }, outside, share) {
      let counter = 0;
      share(() => [counter]);
      const add = (delay: number) =>
        body(function* () {
          yield* awaited(sleep(delay));
          const before = counter;
          yield* awaited(outside.future("saved"));
          counter = before + 1;
        });
      yield* awaited(gather([add(1), add(2)]));
      mustHold(counter === 2, "an update was lost");
    },
  },
  {
    name: "check-then-act",
    what: "a name is checked to be free, and taken after a wait",
    smallest: 1,
    *program({ body }, outside, share) {
      const taken: string[] = [];
      share(() => [taken]);
      const register = (delay: number) =>
        body(function* () {
          yield* awaited(sleep(delay));
          if (taken.includes("anna")) return;
          yield* awaited(outside.future("the mail was sent"));
          taken.push("anna");
        });
      yield* awaited(gather([register(1), register(2)]));
      mustHold(taken.length === 1, "a name was taken twice");
    },
  },
  {
    name: "double initialization",
    what: "a connection is opened by each caller that comes before the first one is done",
    smallest: 1,
    *program({ body }, outside, share) {
      let connection: object | undefined;
      let opened = 0;
      share(() => [connection !== undefined, opened]);
      const connected = (delay: number) =>
        body(function* () {
          yield* awaited(sleep(delay));
          if (connection !== undefined) return;
          opened++;
          connection = yield* awaited(outside.promise({}));
        });
      yield* awaited(gather([connected(1), connected(2), connected(3)]));
      mustHold(opened === 1, "two connections were opened");
    },
  },
  {
    name: "cache stampede",
    what: "callers that miss the cache together all load the value",
    smallest: 1,
    *program({ body }, outside, share) {
      const cache = new Map<string, string>();
      let loads = 0;
      share(() => [cache.get("page"), loads]);
      const get = (delay: number) =>
        body(function* () {
          yield* awaited(sleep(delay));
          const known = cache.get("page");
          if (known !== undefined) return;
          loads++;
          cache.set("page", yield* awaited(outside.future("text")));
        });
      yield* awaited(gather([get(1), get(10), get(20)]));
      mustHold(loads === 1, "the value was loaded twice");
    },
  },
  {
    name: "ABA on a cache",
    what: "a miss is taken for the same miss, although the entry was set and deleted in between",
    smallest: 2,
    *program({ body }, outside, share) {
      const cache = new Map<string, number>();
      let version = 1;
      share(() => [cache.get("row"), version]);
      const fill = body(function* () {
        const before = cache.get("row");
        const loaded = version;
        yield* awaited(outside.future("loaded"));
        if (cache.get("row") === before) cache.set("row", loaded);
      });
      const update = body(function* () {
        yield* awaited(sleep(1));
        version = 2;
        cache.set("row", version);
        yield* awaited(sleep(1));
        cache.delete("row");
      });
      yield* awaited(gather([fill, update]));
      const row = cache.get("row");
      mustHold(row === undefined || row === version, "the cache has an old row");
    },
  },
  {
    name: "torn invariant",
    what: "money is in no account while a transfer waits",
    smallest: 1,
    *program({ body }, outside, share) {
      let [from, to] = [10, 0];
      share(() => [from, to]);
      const transfer = body(function* () {
        from -= 5;
        yield* awaited(outside.future("logged"));
        to += 5;
      });
      const audit = body(function* () {
        yield* awaited(sleep(1));
        mustHold(from + to === 10, "money is missing");
      });
      yield* awaited(gather([transfer, audit]));
    },
  },
  {
    name: "torn snapshot",
    what: "two fields are read with a wait between, and written in one step",
    smallest: 1,
    *program({ body }, outside, share) {
      let [width, height] = [1, 1];
      share(() => [width, height]);
      const read = body(function* () {
        const w = width;
        yield* awaited(outside.future("drawn"));
        mustHold(w === height, "the two fields are of different times");
      });
      const resize = body(function* () {
        yield* awaited(sleep(1));
        [width, height] = [2, 2];
      });
      yield* awaited(gather([read, resize]));
    },
  },
  {
    name: "stale response",
    what: "answers are taken to come in the order of the questions",
    smallest: 1,
    *program({ body }, outside, share) {
      let shown = "";
      share(() => [shown]);
      const search = (text: string) =>
        body(function* () {
          shown = yield* awaited(outside.promise(text));
        });
      yield* awaited(gather([search("a"), search("as"), search("asy")]));
      mustHold(shown === "asy", "an old answer is shown");
    },
  },
  {
    name: "reentrancy",
    what: "a buffer is sent item by item and emptied at the end, although items may be added meanwhile",
    smallest: 1,
    *program({ body }, outside, share) {
      const buffer = [1, 2];
      const sent: number[] = [];
      share(() => [buffer, sent]);
      const flush = body(function* () {
        const batch = [...buffer];
        for (const item of batch) {
          yield* awaited(outside.future("sent"));
          sent.push(item);
        }
        buffer.length = 0;
      });
      const add = body(function* () {
        yield* awaited(sleep(1));
        buffer.push(3);
      });
      yield* awaited(gather([flush, add]));
      yield* awaited(flush() as PromiseLike<void>);
      mustHold(sent.length === 3, "an item was dropped");
    },
  },
  {
    name: "use after close",
    what: "a connection is checked before a wait and used after it",
    smallest: 1,
    *program({ body }, outside, share) {
      let isOpen = true;
      share(() => [isOpen]);
      const query = body(function* () {
        if (!isOpen) return;
        yield* awaited(outside.future("the query is built"));
        mustHold(isOpen, "the connection is closed");
      });
      const close = body(function* () {
        yield* awaited(sleep(1));
        isOpen = false;
      });
      yield* awaited(gather([query, close]));
    },
  },
];
