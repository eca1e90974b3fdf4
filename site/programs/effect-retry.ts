import { retry, run, sleep, timeout } from "asyncio-ts";

class Busy extends Error {
  override name = "Busy";
}

async function ask(attempt: number) {
  console.log(`attempt ${attempt}`);
  if (attempt === 1) await sleep(60_000);
  await sleep(50);
  if (attempt < 4) throw new Busy();
  return `answered at attempt ${attempt}`;
}

const policy = { delay: 100, factor: 2, attempts: 5 };

await run(async () => {
  const answer = await retry(async (attempt) => {
    try {
      return await timeout(300).with(() => ask(attempt));
    } catch (error) {
      console.log((error as Error).name);
      throw error;
    }
  }, policy);
  console.log(answer);
});
