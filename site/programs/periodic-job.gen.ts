import { coroutine, getRunningLoop, interval, moveOnAfter, run, sleep } from "asyncio-ts";

// Stands for reading a thermometer, which is slow the second time.
const measure = coroutine(function* (reading: number) {
  yield* sleep(reading === 2 ? 1200 : 180);
  return 20 + reading / 10;
});

await run(function* () {
  const loop = getRunningLoop();
  const start = loop.time();
  let readings = 0;
  let previous = 0;
  const readEach = interval(500).each(function* (beat) {
    const missed = beat - previous - 1;
    if (missed > 0) console.log(`missed: ${missed}`);
    previous = beat;
    const seconds = ((loop.time() - start) / 1000).toFixed(1);
    console.log(`beat ${beat} at ${seconds} s: ${yield* measure(++readings)} °C`);
  });
  yield* moveOnAfter(3900).with(readEach);
});
