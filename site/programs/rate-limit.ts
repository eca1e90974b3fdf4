import { getRunningLoop, map, RateLimiter, run, sleep } from "asyncio-ts";

const cities = ["Lima", "Oslo", "Pune", "Kyiv", "Bern", "Baku", "Suva", "Doha"];

await run(async () => {
  const loop = getRunningLoop();
  const start = loop.time();
  const limiter = new RateLimiter(3, 1000); // At most three starts in any second.

  const locate = async (city: string) => {
    await limiter.acquire();
    console.log(`asked for ${city} after ${((loop.time() - start) / 1000).toFixed(1)} s`);
    await sleep(150); // Stands for a request to the map service.
    return city;
  };

  let found = 0;
  for await (const _ of map(cities, locate, { limit: Infinity })) found += 1;
  console.log(`found ${found} cities`);
});
