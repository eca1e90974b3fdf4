import { run, sleep, gather } from "@asyncio-ts/task";
import { makeRecorder } from "./dist/recorder.js";
const N = 40_000,
  TASKS = 100;
const gen = () =>
  run(function* () {
    yield* gather(
      Array.from({ length: TASKS }, () =>
        (function* () {
          for (let i = 0; i < N / TASKS; i++) yield* sleep(0);
        })(),
      ),
    );
  });
const asy = () =>
  run(() =>
    gather(
      Array.from({ length: TASKS }, () => async () => {
        for (let i = 0; i < N / TASKS; i++) await sleep(0);
      }),
    ),
  );
const slp = () =>
  run(function* () {
    yield* gather(
      Array.from({ length: TASKS }, () =>
        (function* () {
          for (let i = 0; i < N / TASKS / 10; i++) yield* sleep(0.01);
        })(),
      ),
    );
  });
const cpu = async (f) => {
  const b = process.cpuUsage();
  await f();
  const { user, system } = process.cpuUsage(b);
  return ((user + system) * 1000) / N;
};
const med = (a) => a.sort((x, y) => x - y)[a.length >> 1];
for (const [name, f] of [
  ["generator", gen],
  ["async", asy],
  ["sleep(.01)x10", slp],
]) {
  const off = [],
    on = [];
  for (let i = 0; i < 14; i++) {
    const a = await cpu(f);
    const r = makeRecorder({ limit: +(process.argv[2] ?? 1e6) });
    const b = await cpu(f);
    r.stop();
    if (i > 3) {
      off.push(a);
      on.push(b);
    }
  }
  const o = med(off),
    n = med(on);
  console.log(
    name,
    o.toFixed(0),
    n.toFixed(0),
    "extra",
    (n - o).toFixed(0),
    "ns",
    ((n / o - 1) * 100).toFixed(0) + " %",
  );
}
