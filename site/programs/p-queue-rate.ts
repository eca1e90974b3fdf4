import { gather, getRunningLoop, RateLimiter, run } from "asyncio-ts";

const questions = [1, 2, 3, 4, 5];
const limiter = new RateLimiter(2, 1000);

await run(async () => {
  const loop = getRunningLoop();
  const began = loop.time();
  const seconds = () => Math.round((loop.time() - began) / 1000);

  async function ask(question: number) {
    console.log(`question ${question} in second ${seconds()}`);
    return question * 10;
  }

  const asked = questions.map((n) => limiter.with(() => ask(n)));
  const answers = await gather(asked);
  console.log(`answers: ${answers}`);
});
