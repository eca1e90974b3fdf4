import { EventEmitter, on } from "node:events";
import { iterate } from "@asyncio-ts/flow";
import type { Topic } from "../topic.js";

const BATCH = 100;

/** Emits events in batches, between which the loops that iterate them get to run. */
function emitting(emitter: EventEmitter, count: number): void {
  let left = count;
  const emit = () => {
    for (let i = 0; i < BATCH && left > 0; i++) emitter.emit("event", left--);
    if (left > 0) setImmediate(emit);
  };
  setImmediate(emit);
}

export const topic: Topic = {
  name: "iterate",
  title: "iterate the events of an emitter",
  note: "100 events are emitted at a time.",
  cases: [
    {
      name: "iterate",
      operation: "one event",
      size: 10_000,
      contenders: {
        generator: async () => {
          const { run } = await import("@asyncio-ts/task");
          return async (operations) => {
            let done = 0;
            const emitter = new EventEmitter();
            const events = iterate(emitter, "event");
            emitting(emitter, operations);
            await run(function* () {
              for (; done < operations; done++) yield* events.next();
              yield* events.return();
            });
            return done;
          };
        },
        async: async () => {
          const { run } = await import("@asyncio-ts/task");
          return async (operations) => {
            let done = 0;
            const emitter = new EventEmitter();
            emitting(emitter, operations);
            await run(async () => {
              for await (const _ of iterate(emitter, "event")) if (++done === operations) break;
            });
            return done;
          };
        },
        "events.on": () => async (operations) => {
          let done = 0;
          const emitter = new EventEmitter();
          emitting(emitter, operations);
          for await (const _ of on(emitter, "event")) if (++done === operations) break;
          return done;
        },
        "p-event": async () => {
          const { pEventIterator } = await import("p-event");
          return async (operations) => {
            let done = 0;
            const emitter = new EventEmitter();
            emitting(emitter, operations);
            for await (const _ of pEventIterator(emitter, "event")) if (++done === operations) break;
            return done;
          };
        },
      },
    },
  ],
};
