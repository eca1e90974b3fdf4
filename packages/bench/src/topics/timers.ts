import { getRunningLoop } from "@asyncio-ts/loop";
import { run } from "@asyncio-ts/task";
import { type Case, type Load, type Topic, withoutPauses } from "../topic.js";

const MILLION = 1_000_000;
const LONGEST = 50;

/** Milliseconds, up to `longest`, that follow no order and are the same in every run. */
const delay = (index: number, longest: number): number =>
  (((Math.imul(index, 2654435761) >>> 0) % LONGEST) * longest) / LONGEST;

const native: Load = () => async (operations) => {
  let cancelled = 0;
  let fired = 0;
  await new Promise<void>((resolve) => {
    const fire = (): void => {
      fired++;
      if (fired === operations / 2) resolve();
    };
    const handles = [];
    for (let i = 0; i < operations; i++) handles.push(setTimeout(fire, delay(i, LONGEST)));
    for (let i = 0; i < operations; i += 2) {
      clearTimeout(handles[i]);
      cancelled++;
    }
  });
  return cancelled + fired;
};

const set = (timers: number): Case => ({
  name: `${timers.toLocaleString("en")} timers`,
  operation: "one timer, whether cancelled or fired",
  size: Math.max(timers, MILLION / 10),
  nodeFlags: ["--max-old-space-size=8192"],
  contenders: {
    async: () => async (operations) => {
      const batch = Math.min(timers, operations);
      const longest = (LONGEST * timers) / MILLION;
      let cancelled = 0;
      let fired = 0;
      await run(async () => {
        const loop = getRunningLoop();
        for (let left = operations; left > 0; left -= batch) {
          const done = loop.createFuture<void>();
          let waiting = batch / 2;
          const fire = (): void => {
            fired++;
            if (--waiting === 0) done.setResult(undefined);
          };
          const handles = [];
          for (let i = 0; i < batch; i++) handles.push(loop.callLater(delay(i, longest), fire));
          for (let i = 0; i < batch; i += 2) {
            handles[i]?.cancel();
            cancelled++;
          }
          await done;
        }
      });
      return cancelled + fired;
    },
    // It rounds each delay up to a millisecond, which would be all that is measured of a few.
    ...(timers === MILLION && { native }),
  },
  python: ["asyncio", "uvloop"],
});

const growing = [100, MILLION].map(set);

export const topic: Topic = {
  name: "timers",
  title: "schedule timers, cancel half of them, fire the rest",
  note: `Delays up to ${LONGEST} ms for a million and less for fewer, so that all are over by the time the last one is scheduled.`,
  cases: [...growing, ...growing.map(withoutPauses)],
};
