import { getRunningLoop } from "@asyncio-ts/loop";
import { run } from "@asyncio-ts/task";
import type { Topic } from "../topic.js";

const LONGEST = 50;

/** Delays in milliseconds that follow no order, and are the same in every run. */
const delay = (index: number): number => (Math.imul(index, 2654435761) >>> 0) % LONGEST;

export const topic: Topic = {
  name: "timers",
  title: "schedule 1,000,000 timers, cancel half of them, fire the rest",
  note: `Delays up to ${LONGEST} ms, all over by the time the last one is scheduled.`,
  cases: [
    {
      name: "schedule, cancel or fire",
      operation: "one timer, whether cancelled or fired",
      size: 1_000_000,
      nodeFlags: ["--max-old-space-size=8192"],
      contenders: {
        async: () => async (operations) => {
          let cancelled = 0;
          let fired = 0;
          await run(async () => {
            const loop = getRunningLoop();
            const done = loop.createFuture<void>();
            const fire = (): void => {
              fired++;
              if (fired === operations / 2) done.setResult(undefined);
            };
            const handles = [];
            for (let i = 0; i < operations; i++) handles.push(loop.callLater(delay(i), fire));
            for (let i = 0; i < operations; i += 2) {
              handles[i]?.cancel();
              cancelled++;
            }
            await done;
          });
          return cancelled + fired;
        },
        native: () => async (operations) => {
          let cancelled = 0;
          let fired = 0;
          await new Promise<void>((resolve) => {
            const fire = (): void => {
              fired++;
              if (fired === operations / 2) resolve();
            };
            const handles = [];
            for (let i = 0; i < operations; i++) handles.push(setTimeout(fire, delay(i)));
            for (let i = 0; i < operations; i += 2) {
              clearTimeout(handles[i]);
              cancelled++;
            }
          });
          return cancelled + fired;
        },
      },
      python: ["asyncio", "uvloop"],
    },
  ],
};
