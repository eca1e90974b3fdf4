import { getRunningLoop, interval, run, sleep } from "asyncio-ts";

// Stands for reading a thermometer, which is slow the second time.
const measure = async (reading: number) => {
  await sleep(reading === 2 ? 1200 : 180);
  return 20 + reading / 10;
};

await run(async () => {
  const loop = getRunningLoop();
  const start = loop.time();
  let readings = 0;
  let previous = 0;
  for await (const beat of interval(500)) {
    const missed = beat - previous - 1;
    if (missed > 0) console.log(`missed: ${missed}`);
    previous = beat;
    const seconds = ((loop.time() - start) / 1000).toFixed(1);
    console.log(`beat ${beat} at ${seconds} s: ${await measure(++readings)} °C`);
    if (beat === 7) break;
  }
});
