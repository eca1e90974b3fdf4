import { isCancelled, race, run, sleep } from "asyncio-ts";

// Stands for a request to a mirror of the package server.
const ask = async (mirror: string, milliseconds: number) => {
  console.log(`  asking ${mirror}`);
  try {
    await sleep(milliseconds);
    return mirror;
  } catch (error) {
    if (isCancelled(error)) console.log(`  hung up on ${mirror}`);
    throw error;
  }
};

const askLater = async (pause: number, mirror: string, milliseconds: number) => {
  await sleep(pause);
  return await ask(mirror, milliseconds);
};

await run(async () => {
  console.log("all at once:");
  const first = await race([() => ask("Oslo", 700), () => ask("Lima", 400), () => ask("Pune", 900)]);
  console.log(`  ${first} was first`);

  console.log("a second one, if the first takes longer than 300 ms:");
  const hedged = await race([() => ask("Oslo", 700), () => askLater(300, "Lima", 200)]);
  console.log(`  ${hedged} was first`);
});
