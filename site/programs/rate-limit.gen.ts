import { coroutine, getRunningLoop, map, RateLimiter, run, sleep } from "asyncio-ts";

const cities = ["Lima", "Oslo", "Pune", "Kyiv", "Bern", "Baku", "Suva", "Doha"];

await run(function* () {
  const loop = getRunningLoop();
  const start = loop.time();
  const limiter = new RateLimiter(3, 1000); // At most three starts in any second.

  const locate = coroutine(function* (city: string) {
    yield* limiter.acquire();
    console.log(`asked for ${city} after ${((loop.time() - start) / 1000).toFixed(1)} s`);
    yield* sleep(150); // Stands for a request to the map service.
    return city;
  });

  let found = 0;
  yield* map(cities, locate, { limit: Infinity }).each(() => {
    found += 1;
  });
  console.log(`found ${found} cities`);
});
